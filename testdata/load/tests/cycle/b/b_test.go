package b

import (
	_ "example.com/tests/prog"
)
