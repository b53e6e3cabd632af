// Lengths that no array has.
package p

var n = 1

const neg = -1

var a [n]int
var b [neg]int
var c [1.5]int
var d ["s"]int
var e [1 << 70]int
var g [f()]int
var h [undefined]int
var i [2.0]int
var j [nil]int
var k [...]int
var l [int]int

func f() int { return 1 }

type G[P any] [P]int

func g2(x int) {
	var _ [x]int
	var _ = [len([]int{})]int{}
}
