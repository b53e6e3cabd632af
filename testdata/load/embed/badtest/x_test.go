package badtest_test

import _ "embed"

//go:embed nothing
var a string
