package above

import _ "x/../y"
