package between2

import _ "example.com/tests/other"
