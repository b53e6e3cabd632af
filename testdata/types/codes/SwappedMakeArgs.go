// The length before the capacity.
package p

var a = make([]int, 10, 9)
var b = make([]string, 2, 1)
