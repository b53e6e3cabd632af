// Types without parameters.
package p

type T struct{}
type G[P any] struct{}

func f()         {}
func g[P any]()  {}

var a T[int]
var b int[string]
var c = f[int]
var d = f[int]()
var e []T[int]
var h = T[int]{}

func j(x int, s []int) {
	_ = x[int]
	_ = s[int]
}

func k[P any](p P) {
	var _ P[int]
}
