package c_test

import _ "example.com/tests/prog"
