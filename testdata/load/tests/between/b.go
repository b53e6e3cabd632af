package between

import (
	_ "example.com/tests/other"
	_ "example.com/tests/q"
)
