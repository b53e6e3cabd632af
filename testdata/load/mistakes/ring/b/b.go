package b

import _ "example.com/mistakes/ring/c"
