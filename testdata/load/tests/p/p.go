package p

import _ "errors"
