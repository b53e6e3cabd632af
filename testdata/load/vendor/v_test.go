package v

import _ "example.com/b"
