// Package generics has instances of generic functions, one for each shape of type arguments.
package generics

type stack[T any] struct{ items []T }

func (s *stack[T]) push(item T) { s.items = append(s.items, item) }

func (s *stack[T]) top() *T { return &s.items[len(s.items)-1] }

func newStack[T any](items ...T) *stack[T] {
	return &stack[T]{items: append([]T(nil), items...)}
}

func mapped[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, item := range list {
		out = append(out, f(item))
	}
	return out
}

func zero[T any]() *T { return new(T) }

func boxed[T any](value T) any { return value }

type number interface{ ~int | ~float64 }

func pointerTo[T number](value T) *T { return &value }

func use() (*int, *float64, any) {
	s := newStack(1, 2)
	s.push(3)
	texts := newStack[string]()
	texts.push("text")
	_ = mapped(s.items, func(n int) string { return "n" })
	pointers := newStack(pointerTo(1))
	_ = zero[stack[int]]()
	return *pointers.top(), pointerTo(1.5), boxed(texts)
}
