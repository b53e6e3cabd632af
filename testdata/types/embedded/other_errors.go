// The types of variables matter only where all else is right.
package p

import _ "embed"

//go:embed text.txt
var a int

//go:embed text.txt
var b = ""
