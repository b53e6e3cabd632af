// Directives that stand in the wrong place.
package p

import _ "embed"

//go:embed x
var b, c string

//go:embed x
var d string = "a"

//go:embed x
var e int

//go:embed x
const g = 1

//go:embed x
func f() {
	//go:embed x
	var x string
	_ = x
}

//go:embed x
type T string
