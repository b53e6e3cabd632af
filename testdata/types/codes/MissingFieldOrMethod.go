// Fields and methods that there are not.
package p

import "time"

type T struct {
	Name string
	age  int
}

func (T) Method()   {}
func (*T) pointer() {}

type I interface{ Method() }

func f(t T, p *T, pp **T, i I, pi *I, e error, n int, fn func(), d time.Time) {
	_ = t.name
	_ = t.Age
	_ = t.nope
	t.method()
	_ = p.nope
	pp.Method()
	_ = pp.Name
	i.other()
	i.method()
	pi.Method()
	_ = e.Msg
	n.x()
	fn.x()
	_ = d.wall
	_ = d.hour()
	d.Nope()
	_ = T.nope
	_ = T.pointer
	_ = (*T).nope
	_ = I.nope
	_ = d.unix
	_ = 1.5.x
	t.Name.x = 1
}

func g[P any, Q I, R interface{ ~struct{ f int } }](p P, q Q, r R, pq *Q) {
	p.m()
	q.other()
	_ = r.f
	pq.Method()
}

type inTwoCases struct {
	Own, oWN int
	nested
}

type nested struct{ Both, bOTH, Single int }

func (inTwoCases) Both() {}

func cases(value inTwoCases) {
	_ = value.own
	_ = value.both
	_ = value.single
	_ = nested{}.both
}
