package a

import _ "example.com/overlay/gone"
