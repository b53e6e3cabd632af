// What a package keeps for itself.
package p

import "strings"

var c = strings.genSplit("a", "b", 0, 1)

func f() {
	_ = strings.genSplit
}
