package sub

import _ "example.com/alt"
