package b

import _ "example.com/mistakes/deep/c"
