package links

import _ "embed"

//go:embed to.txt
var a string
