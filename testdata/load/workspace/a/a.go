package a

import (
	_ "example.com/a/inner/x"
	_ "example.com/b/sub"
	_ "example.com/dep"
	_ "example.com/versioned"
)
