package usesring

import _ "example.com/mistakes/ring/c"
