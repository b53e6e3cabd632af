package space

import _ "a b"
