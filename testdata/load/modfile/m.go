package modfile

import _ "example.com/dep"
