// Values of other types.
package p

var a int = "s"
var b string = 1
var c []int = [2]int{}
var d *int = 1
var e func() = func(int) {}
var g map[string]int = map[int]string{}
var h bool = 1 == 1.5
var i float64 = 'a'
var j int = 1.5
var k uint = -1

type Int int

var n Int
var m int = n
var o *int = &n
var s struct{ a int } = struct{ b int }{}

func f(int, ...string) (int, error) {
	a = "s"
	a, b = b, a
	f("s")
	f(1, 2, "a", 3)
	f(1, []string{}...)
	f(1, []int{}...)
	x := 1
	x = "s"
	var y []int = []any{x}
	y[0] = "s"
	y["a"] = 1
	for a = range "s" {
	}
	for b = range "s" {
	}
	return "s", 1
}

func generic[P any, Q any](p P, q Q) {
	p = q
	p = 1
	q = nil
	var _ int = p
}
