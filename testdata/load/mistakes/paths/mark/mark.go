package mark

import _ "a!b"
