// A package is not a value.
package p

import (
	"fmt"
	str "strings"
)

var x = fmt

func f() {
	fmt = 1
	str.Fields
	g(str)
	var _ fmt
	fmt()
}

func g(any) {}
