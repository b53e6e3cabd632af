package raw

import _ `a?b`
