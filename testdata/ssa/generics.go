package p

type Number interface{ ~int | ~float64 }

func Sum[T Number](s []T) T {
	var total T
	for _, v := range s {
		total += v
	}
	return total + 1
}

type List[T any] struct {
	head *node[T]
	size int
}

type node[T any] struct {
	value T
	next  *node[T]
}

func (l *List[T]) Push(v T) {
	l.head = &node[T]{v, l.head}
	l.size++
}

func (l *List[T]) Each(f func(T)) {
	for n := l.head; n != nil; n = n.next {
		f(n.value)
	}
}

func Map[T, U any](l *List[T], f func(T) U) *List[U] {
	out := new(List[U])
	l.Each(func(v T) { out.Push(f(v)) })
	return out
}

type Stringer interface{ String() string }
type name string

func (n name) String() string { return string(n) }

type boxed struct{ n int }

func (b *boxed) String() string { return "" }

func Text[T Stringer](x T) string {
	f := x.String
	return x.String() + f()
}

type Setter[T any] interface {
	*T
	String() string
}

func Make[T any, P Setter[T]]() string {
	var x T
	return P(&x).String()
}

func Kind[T any](x T) int {
	switch any(x).(type) {
	case int:
		return 1
	case []T:
		return 2
	}
	return 0
}

func Local[T any](x T) any {
	type pair struct{ a, b T }
	return pair{x, x}
}

func (l *List[T]) Fold[A any](start A, f func(A, T) A) A {
	for n := l.head; n != nil; n = n.next {
		start = f(start, n.value)
	}
	return start
}

func use() {
	_ = Sum([]int{1})
	_ = Sum[float64](nil)
	l := &List[string]{}
	l.Push("x")
	_ = Map(l, func(s string) int { return len(s) })
	_ = Text(name("a"))
	_ = Text(&boxed{})
	_ = Text[Stringer](nil)
	_ = Make[boxed]()
	_ = Kind(1)
	_ = Local(2)
	_ = l.Fold(0, func(n int, s string) int { return n + len(s) })
	f := Sum[int]
	_ = f(nil)
	var i interface{ Each(func(int)) } = &List[int]{}
	_ = i
}

func methods(l *List[string]) {
	f := l.Fold[int]
	g := (*List[string]).Fold[bool]
	_ = f(1, nil)
	_ = g(l, true, nil)
	var h func(string, func(string, string) string) string = l.Fold
	_ = h
}
