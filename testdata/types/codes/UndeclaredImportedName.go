// What a package does not have.
package p

import (
	"fmt"
	str "strings"
)

var a = fmt.Printl
var b fmt.Stringr
var c = str.Nope("a")

func f() {
	fmt.Undefined()
	str.X = 1
}
