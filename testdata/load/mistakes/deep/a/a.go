package a

import _ "example.com/mistakes/deep/b"
