// Names of fields are names.
package p

type T struct{ a, b int }

var n = "a"

var a = T{0: 1}
var b = T{"a": 1}
var c = T{n + n: 1}
var d = T{(a): 1}
