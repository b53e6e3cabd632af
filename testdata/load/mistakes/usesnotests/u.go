package usesnotests

import _ "example.com/mistakes/notests"
