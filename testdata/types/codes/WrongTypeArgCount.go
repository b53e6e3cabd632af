// As many type arguments as parameters.
package p

type G[P any] struct{}
type H[P, Q any] struct{}

func g[P any](P)       {}
func h[P, Q any](P, Q) {}

var a G[int, string]
var b H[int]
var c G
var d H[int, int, int]
var e = G{}
var f *G
var i = g[int, string]
var j = h[int, int, int]
var k = h[int]
var l []G

type T struct{ G }
type U = H[int]
type V G

func m(x G, y ...H) G { return x }

func n() {
	g[int, string](1)
	h[int, int, int](1, 1)
	h[int](1, "a")
	_ = G(1)
	_ = any(1).(G)
	_ = new(G)
	_ = make([]G, 1)
}
