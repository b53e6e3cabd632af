package a

import (
	_ "example.com/b/sub"
	_ "example.com/dep/p"
)
