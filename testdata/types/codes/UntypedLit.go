// A literal has a type.
package p

type T struct{}

var a = []*T{{}}
var b = []int{{}}
var c = [...]int{1, 2}
var d [...]int
var e = map[string]int{"a": {}}
var f = []any{{}}
var g = []*int{{1}}
var h = T{{}}
