package c

import _ "example.com/tests/cycle/a"
