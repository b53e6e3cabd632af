package v

import _ "example.com/a/p"
