package constraints

import _ "io"
