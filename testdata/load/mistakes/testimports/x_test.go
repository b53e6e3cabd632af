package testimports_test

import (
	_ "example.com/mistakes/main1"
	_ "example.org/nothing"
)
