package m

import (
	_ "example.com/local/pkg"
	_ "example.com/two"
)
