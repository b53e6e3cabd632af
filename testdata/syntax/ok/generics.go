package p

type List[T any] struct {
	next  *List[T]
	value T
}

// A type parameter list or an array length? Only the whole tells.
type (
	a1 [n]int
	a2 [n * m]int
	a3 [n * (m)]int
	a4 [f(m)]int
	t1[P any] int
	t2[P *C,] int
	t3[P *C | D,] int
	t4[P *struct{}] int
	t5[P (C),] int
	t6[P []E, E any] int
	t7[P, Q interface{ ~int }] int
	t8[P ~*int | ~chan int] int
)

type Vector[T any] = []T

func Map[T, U any](list []T, f func(T) U) []U { return nil }

// A generic method.
func (l *List[T]) Convert[U any](f func(T) U) *List[U] { return nil }

func uses() {
	_ = Map[int, string](nil, nil)
	_ = List[int]{value: 1}
	_ = &pkg.Pair[int, []string]{}
	var _ pkg.Set[map[string]List[int]]
	f[int](x)
	_ = a[i] < b
	_ = m[k](v)
}
