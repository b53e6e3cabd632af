// Fields that come twice.
package p

type T struct{ a, b int }

var a = T{a: 1, b: 2, a: 3}
var b = []T{{a: 1, a: 2}}
var c = &T{b: 1, b: 1, b: 1}
