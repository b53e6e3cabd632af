package external_test

import (
	_ "example.com/tests/external"
	_ "example.com/tests/usesexternal"
)
