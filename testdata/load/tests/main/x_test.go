package main_test

import _ "example.com/tests/q"
