package usestwo

import (
	_ "example.com/mistakes/two"
	_ "example.com/mistakes/syntax"
)
