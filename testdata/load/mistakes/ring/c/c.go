package c

import (
	_ "example.com/mistakes/ring/a"
	_ "example.com/mistakes/ring/b"
)
