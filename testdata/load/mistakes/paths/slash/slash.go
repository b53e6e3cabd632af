package slash

import _ "a/"
