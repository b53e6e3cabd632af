package badtest

import _ "embed"

//go:embed none
var a string
