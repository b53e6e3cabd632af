// What cannot be called.
package p

type T struct{ f int }

func f(i int, t T, s []func(), e error, p *func(), a any) {
	i()
	t()
	t.f()
	s()
	s[0]()
	e()
	p()
	a()
	1()
	"a"()
	nil()
	f(i, t, s, e, p, a)()
	T{}()
	true()
	func() {}()()
	(i + 1)()
	undefined()
	undefined(missing)
	e.Error()()
	struct{}{}()
}

func g[P any, Q func() | func(int), R func(int)](p P, q Q, r R) {
	p()
	q()
	r(1)
	r()
}
