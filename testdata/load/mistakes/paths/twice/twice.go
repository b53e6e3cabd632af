package twice

import _ "a//b"
