// Lists of type parameters: which ones have one constraint between them.
package constraints

type C interface{ ~int }
type A = interface{ ~int }
type N int
type NA = int

func f1[P, Q C](P, Q) {}

func f2[P C, Q C](P, Q) {}

func f3[P A, Q A](P, Q) {}

func f4[P, Q ~int](P, Q) {}

func f5[P ~int, Q ~int](P, Q) {}

func f6[P, Q []int](P, Q) {}

func f7[P, Q N](P, Q) {}

func f8[P, Q NA](P, Q) {}

func f9[P, Q int](P, Q) {}

func f10[P, Q interface{ m() }](P, Q) {}

func f11[P interface{ m() }, Q interface{ m() }](P, Q) {}

func f12[P, Q int | string, R int | string](P, Q, R) {}

func f13[P, Q interface{ m() }, R any, S any](P, Q) {}

func f14[P any, Q interface{}](P, Q) {}

type G[P any] interface{ M(P) }
type GA[P any] = interface{ M(P) }

func f15[P G[int], Q G[int], R GA[int], S GA[int]](P, Q) {}

func f16[P, Q *int](P, Q) {}

type T[P, Q ~int, R ~int] struct {
	p P
	q Q
}

func (T[P, Q, R]) m(T[P, Q, R]) {}

type U[A any] struct{}

func (U[A]) M1[P, Q interface{ Do(A) }, R G[A], S G[A]](P, Q, R, S) {}

func (U[A]) M2[P, Q ~int](P, Q) {}

func (U[A]) M3[P, Q ~[]A](P, Q) {}

func (u U[A]) M4() { _ = u }

var t T[int, int, int]
var u U[string]
var _ = T[int, int, int].m
