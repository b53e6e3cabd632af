package p

import _ "example.com/b"
