package backslash

import _ "a\\b"
