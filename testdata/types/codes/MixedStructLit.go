// Either all names of fields, or none.
package p

type T struct{ a, b int }

var a = T{1, b: 2}
var b = T{a: 1, 2}
var c = T{a: 1, "s"}
