// One mistake is one error: what is wrong already is not wrong again.
package p

var a = undefined
var b = a + 1
var c int = a.x
var d = []int{a, b, "s"}
var e = f(a, 1)

func f(x missing, y int) (z absent) {
	z = x + y
	x.m()
	for i := range x {
		i.n()
	}
	w := x[0]
	v, ok := x.(int)
	w.f = v
	_ = ok && v
	switch x {
	case 1, "a":
	}
	u := g(1).h
	u()
	var t nope
	t = t + 1
	s := &t
	s.x = 1
	return x, z
}

type T struct {
	missing
	f int
}

func (t T) m() { t.x(); t.f.y = 1 }

type I interface{ missing }

func (i I) k() {}

var j I = T{}

func l[P missing](p P) P { return p + p }

var _ = l(1)
var _ = l[int, string]
