package letter

import _ "ünder"
