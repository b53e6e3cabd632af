package x

import _ "example.com/versioned"
