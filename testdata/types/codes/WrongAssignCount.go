// As many values as variables.
package p

var a, b = 1
var c = 1, 2
var d, e int = 1, 2, 3
var g, h = two()
var i, j, k = two()
var l = two()
var m = none()

const n, o = 1
const q = 1, 2

func two() (int, string) { return 1, "" }
func none()              {}

func f() {
	x, y := 1
	z := 1, 2
	x, y = 1, 2, 3
	x = two()
	x, y, z = two()
	x, y = none()
	u, v, w := two()
	for r, s := 1; ; {
	}
}
