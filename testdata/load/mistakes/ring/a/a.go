package a

import _ "example.com/mistakes/ring/b"
