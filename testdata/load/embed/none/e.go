package none

import _ "embed"

//go:embed b.txt
var b string

//go:embed a*.txt
var a string
