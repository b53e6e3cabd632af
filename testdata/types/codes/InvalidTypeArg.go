// Arguments that do not satisfy their constraints.
package p

type Number interface{ ~int | ~float64 }
type Stringer interface{ String() string }
type Both interface {
	Number
	Stringer
}

type G[P Number] struct{}
type M[K comparable, V Stringer] map[K]V

type Int int

func (Int) String() string { return "" }

type Pointer struct{}

func (*Pointer) String() string { return "" }

func f[P Number](P)         {}
func g[P Stringer](P)       {}
func h[P Both](P)           {}
func i[P comparable](P)     {}
func j[P interface{ int }](P) {}

var a G[string]
var b G[Int]
var c M[[]int, Int]
var d M[int, int]

func k[Q any, R ~int | ~string](q Q, r R, fn func(), p Pointer, s struct{ f []int }) {
	f("a")
	f(1)
	f(Int(1))
	g(1)
	g(p)
	g(&p)
	h(1)
	h(Int(1))
	i([]int{})
	i(fn)
	i(s)
	i(q)
	f(q)
	f(r)
	j(Int(1))
	f[string]("a")
	_ = g[int]
	_ = G[Q]{}
	i(any(1))
	f[any](1)
}
