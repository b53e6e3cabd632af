// More elements than the array has.
package p

var a = [2]int{1, 2, 3}
var b = [2]int{2: 1}
var c = [2]int{1: 1, 2}
var d = [0]int{1}
var e = [3]string{5: "a", "b"}
