// Keys and indices that come twice.
package p

var a = map[string]int{"a": 1, "b": 2, "a": 3}
var b = map[int]int{1: 1, 1: 2, 2: 2}
var c = []int{0: 1, 1: 2, 0: 3}
var d = [...]int{2: 1, 1: 0, 1, 2}
var e = map[any]int{1: 1, "1": 2, 1.0: 3, 1: 4}
var f = map[bool]int{true: 1, false: 2, true: 3}
var g = map[struct{ x int }]int{{1}: 1, {1}: 2}
var h = map[float64]int{1: 1, 1.0: 2}
