// Where a type parameter cannot stand.
package p

type T[P any] P
type A[P any] = P
type S[P any] struct{ P }
type I[P any] interface{ P }
type J[P any] interface {
	m(P)
}

func f[P any]() {
	type L P
	type M = P
	type N struct{ P }
	type Q struct{ *P }
}

func g[P Q, Q any]() {}
