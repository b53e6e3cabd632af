package a_test

import (
	_ "example.com/a"
	_ "testing"
)
