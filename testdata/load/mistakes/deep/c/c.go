package c

import (
	_ "example.org/gone"
	_ "example.com/mistakes/nothing"
)
