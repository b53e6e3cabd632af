// Fields of values in maps.
package p

type T struct {
	f int
	g struct{ h int }
	a [2]int
}

func f(m map[string]T) {
	m["a"].f = 1
	m["a"].g.h = 2
	m["a"].a[0] = 3
	m["a"].f++
	g().f = 4
}

func g() T { return T{} }
