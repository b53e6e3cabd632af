// Types without end.
package p

type T struct{ t T }

type A [2]B
type B struct{ a A }

type L = M
type M = L

type I interface{ J }
type J interface{ I }

type D D

type E F
type F E

type G[P any] struct{ g G[P] }

type fine struct{ next *fine }

func f() {
	type local struct{ l local }
	type a b
	type b a
}
