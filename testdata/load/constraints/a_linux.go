package constraints

import _ "os"
