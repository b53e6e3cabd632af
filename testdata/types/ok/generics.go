// Generics in all their forms, generic methods included.
package p

import "unsafe"

type Number interface {
	~int | ~int8 | ~float64
}

type List[T any] struct {
	head *node[T]
	size int
}

type node[T any] struct {
	value T
	next  *node[T]
}

func (l *List[T]) Push(v T) { l.head = &node[T]{v, l.head}; l.size++ }

func (l *List[_]) Len() int { return l.size }

// A method with type parameters of its own.
func (l *List[T]) Fold[R any](start R, f func(R, T) R) R {
	for n := l.head; n != nil; n = n.next {
		start = f(start, n.value)
	}
	return start
}

func (l *List[T]) All() func(yield func(int, T) bool) {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l.head; n != nil && yield(i, n.value); n = n.next {
			i++
		}
	}
}

type Tree[K interface{ Less(K) bool }] struct {
	left, right *Tree[K]
	key         K
}

type Vector[T any] = []T

type Pair[A, B any] struct {
	First  A
	Second B
}

type Swapped[A, B any] = Pair[B, A]

func Map[S ~[]E, E, R any](s S, f func(E) R) []R {
	r := make([]R, 0, len(s))
	for _, e := range s {
		r = append(r, f(e))
	}
	return r
}

func Sum[T Number](list ...T) (total T) {
	for _, x := range list {
		total += x
	}
	return
}

func Pointer[P interface{ *T; Set(string) }, T any](s string) T {
	var t T
	P(&t).Set(s)
	return t
}

type setting struct{ s string }

func (s *setting) Set(t string) { s.s = t }

func length[T ~string | ~[]byte](x T) int {
	n := 0
	for range len(x) {
		n++
	}
	_ = x[0]
	_ = x[1:2]
	return n + len(x)
}

func twice[T any](f func(T) T, x T) T { return f(f(x)) }

func identity[T any](x T) T { return x }

func local[T any](x T) any {
	type wrapped struct{ value T }
	type generic[U any] struct {
		t T
		u U
	}
	_ = generic[int]{x, 1}
	return wrapped{x}
}

func use() {
	var l List[string]
	l.Push("a")
	n := l.Fold(0, func(n int, s string) int { return n + len(s) })
	var _ int = n
	for i, s := range l.All() {
		_, _ = i, s
	}
	_ = Map([]int{1}, func(i int) string { return "" })
	_ = Map(Vector[int]{1}, identity[int])
	_ = Sum(1, 2.0, 3)
	_ = Sum[int8]()
	_ = Pointer[*setting]("x").s
	_ = length("x") + length([]byte(nil))
	_ = twice(identity, 1)
	var f func(string) string = identity
	_ = f
	var s Swapped[int, string] = Pair[string, int]{"", 0}
	_ = s.First + "x"
	_ = unsafe.Sizeof(l)
	g := (*List[string]).Len
	_ = g(&l)
	_ = l.Fold[int]
}
