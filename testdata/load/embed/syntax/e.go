package syntax

import _ "embed"

//go:embed ../good/a.txt
var a string
