package b

import _ "example.com/tests/cycle/c"
