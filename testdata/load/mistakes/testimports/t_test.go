package testimports

import (
	_ "example.com/mistakes/main1"
	_ "example.com/mistakes/near/internal/x"
	_ "example.org/none"
)
