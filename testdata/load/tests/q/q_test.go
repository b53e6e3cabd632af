package q

import _ "example.com/tests/between2"
