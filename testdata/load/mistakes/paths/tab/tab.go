package tab

import _ "a\tb"
