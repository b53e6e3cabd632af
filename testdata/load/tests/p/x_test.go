package p_test

import (
	_ "example.com/tests/between"
	_ "example.com/tests/p"
	_ "example.com/tests/prog"
	_ "testing"
)
