package user

import _ "example.com/embed/none"
