// A name at one depth twice.
package p

type A struct{ x int }
type B struct{ x int }

func (A) m() {}
func (B) m() {}

type T struct {
	A
	B
}

type I interface{ m() }

func f(t T, p *T) {
	_ = t.x
	_ = p.x
	t.m()
	_ = T.m
	_ = t.A.x
	var _ I = t
	_ = T{x: 1}
}
