package q

import _ "example.com/tests/p"
