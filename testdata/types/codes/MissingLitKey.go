// Maps have keys.
package p

var a = map[string]int{1, 2}
var b = map[string]int{"a": 1, 2}
var c = map[string][]int{{1}}
