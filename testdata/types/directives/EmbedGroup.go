// Directives that stand in the wrong place.
package p

import _ "embed"

//go:embed x
var (
	a string
	b string
)

var (
	//go:embed x
	c int
)
