package relative

import (
	_ "../near"
	_ "/abs"
)
