package empty

import _ ""
