package near

import _ "example.org/gone/too"
