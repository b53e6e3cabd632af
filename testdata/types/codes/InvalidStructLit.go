// Too few fields, and too many.
package p

type T struct{ a, b int }

var a = T{1}
var b = T{1, 2, 3}
var c = T{1, "s"}
var d = T{"s", 2}
var e = struct{}{1}
var f = []T{{1}, {1, 2, 3}}
var g = &T{1, 2, 3}
