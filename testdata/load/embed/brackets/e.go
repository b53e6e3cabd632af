package brackets

import _ "embed"

//go:embed [a
var a string
