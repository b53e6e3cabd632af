// Numbers that lose a part of themselves.
package p

var a int = 1.5
var b = int(1.5)
var c uint8 = 2.25
var d = []int{}[1.5]
var e rune = 'a' + 0.5
var g int = 1 + 2i
var h float64 = 1i
var i = 1.5 << 2
var j = 1 << 1.5
var k = make([]int, 1.5)
var l int = 3.0

func f(n int) {
	f(1.5)
	n += 2.5
	_ = n * 0.1
	_ = n + 1i
	_ = n == 1.5
	_ = n % 2.5
}
