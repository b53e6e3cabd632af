package self

import _ "example.com/mistakes/self"
