// More inference: through constraints, methods, channels, functions, untyped constants.
package inference

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"sort"
	"sync"
)

type (
	Num                        interface{ ~int | ~int8 | ~float64 }
	Slice[E any]               interface{ ~[]E }
	MapOf[K comparable, V any] interface{ ~map[K]V }
	PtrTo[T any]               interface {
		*T
		Set(string) error
	}
	Ints             []int
	M                map[string]Ints
	Fn[A, B any]     func(A) (B, error)
	Either[L, R any] struct {
		l *L
		r *R
	}
	Tree[T any] struct {
		Left, Right *Tree[T]
		Val         T
	}
	Visitor[R any] interface{ Visit(n int) R }
	Stream[T any]  struct{ next func() (T, bool) }
	Opt[T any]     func(*T) error
	ID[T any]      struct {
		_ [0]*T
		n int
	}
	Fix[F interface{ Apply(F) F }]     struct{ f F }
	Matrix[T Num, R interface{ ~[]T }] []R
)

type val struct{ s string }

func (v *val) Set(s string) error { v.s = s; return nil }

func Parse[T any, P PtrTo[T]](s string) (T, error) {
	var t T
	err := P(&t).Set(s)
	return t, err
}

func First[S Slice[E], E any](s S) E                          { return s[0] }
func KeysOf[MM MapOf[K, V], K cmp.Ordered, V any](m MM) []K   { return nil }
func Compose[A, B, C any](f func(A) B, g func(B) C) func(A) C { return func(a A) C { return g(f(a)) } }
func Reduce[T, A any](it iter.Seq[T], init A, f func(A, T) A) A {
	for x := range it {
		init = f(init, x)
	}
	return init
}
func Curry[A, B, C any](f func(A, B) C) func(A) func(B) C { return nil }
func Must[T any](t T, err error) T                        { return t }
func Lift[A, B any](f func(A) B) Fn[A, B]                 { return func(a A) (B, error) { return f(a), nil } }
func Send[C ~chan<- T | ~chan T, T any](c C, t T)         {}
func Recv[T any](c <-chan T) T                            { return <-c }
func Same[T any](a, b T) bool                             { return false }
func Max[T cmp.Ordered](a T, rest ...T) T                 { return max(a, rest[0]) }
func Of[T any](xs ...T) []T                               { return xs }
func MapErr[A, B any](xs []A, f Fn[A, B]) ([]B, error)    { return nil, nil }
func Call[T any](f func() T) T                            { return f() }
func Default[T any](p *T, d T) T {
	if p != nil {
		return *p
	}
	return d
}
func As[T error](err error) (t T, ok bool) { ok = errors.As(err, &t); return }
func Arr[T any](a [3]T) T                  { return a[0] }
func Walk[T any](t *Tree[T], f func(T)) {
	if t != nil {
		Walk(t.Left, f)
		f(t.Val)
		Walk(t.Right, f)
	}
}
func Accept[R any](n int, v Visitor[R]) R { return v.Visit(n) }
func Num2[N Num](x N) float64             { return float64(x) / 2 }

func (s Stream[T]) Map[U any](f func(T) U) Stream[U] { return Stream[U]{} }
func (s Stream[T]) Filter(f func(T) bool) Stream[T]  { return s }
func (s *Stream[T]) Fold[A any](init A, f func(A, T) A) A {
	for v, ok := s.next(); ok; v, ok = s.next() {
		init = f(init, v)
	}
	return init
}
func (Either[L, R]) Both[F, G any](f func(L) F, g func(R) G) Either[F, G] { return Either[F, G]{} }

type visit struct{}

func (visit) Visit(n int) error { return nil }

type myErr struct{ code int }

func (*myErr) Error() string { return "" }

func use(m M, ints Ints, ch chan string, sch chan<- int, once *sync.Once) error {
	v, err := Parse[val]("x")
	_ = v.s
	_ = First(ints)
	_ = First(Ints{1})
	_ = First([][]string{})
	_ = KeysOf(m)
	_ = Compose(func(s string) int { return len(s) }, Num2[int])
	_ = Compose(Num2[int], func(f float64) (s []float64) { return })
	_ = Reduce(func(yield func(int) bool) {}, "", func(s string, n int) string { return fmt.Sprint(s, n) })
	_ = Curry(func(a int, b string) error { return nil })(1)("x")
	_ = Must(Parse[val]("y"))
	_ = Must(fmt.Sscan("1"))
	_ = Must[any](1, nil)
	_ = Lift(func(i int) string { return "" })
	Send(ch, "a")
	Send(sch, 1)
	_ = Recv(ch)
	_ = Same(1, 2.5)
	_ = Same('a', 1)
	_ = Same[any](1, "a")
	_ = Same(err, nil)
	_ = Same(ints, nil)
	_ = Max(1, 2, 3.5)
	_ = Max("a", "b")
	_ = Max[int8](1, 2)
	_ = Of(1, 'a', 2.0)
	_ = Of[any]()
	_ = Of(Of(1), Of(2))
	_ = Of(func() {}, nil)
	_, _ = MapErr(ints, func(i int) (string, error) { return "", nil })
	_, _ = MapErr(ints, Lift(Num2[int]))
	_ = Call(func() (x [2]int) { return })
	_ = Call(sync.OnceValue(func() int { return 1 }))
	_ = Default(&v, val{})
	_ = Default(nil, 1)
	_ = Default(new(3), 1<<2)
	if e, ok := As[*myErr](err); ok {
		return e
	}
	_ = Arr([3]string{})
	_ = Arr([...]int{1, 2, 3})
	Walk(&Tree[int]{Val: 1}, func(n int) {})
	Walk[any](nil, nil)
	_ = Accept[error](1, visit{})
	_ = Accept(1, Visitor[error](visit{}))
	_ = Stream[int]{}.Map(func(i int) string { return "" }).Filter(func(s string) bool { return s != "" }).Map(Must0)
	_ = (&Stream[string]{}).Fold(0, func(n int, s string) int { return n + len(s) })
	_ = Either[int, string]{}.Both(func(i int) any { return i }, func(s string) []byte { return nil })
	f := Stream[int].Map[bool]
	g := (*Stream[int]).Fold[float64]
	h := Stream[int]{}.Map[error]
	_, _, _ = f, g, h
	var k func(func(int) bool) Stream[bool] = Stream[int]{}.Map
	var l func(string) (val, error) = Parse
	var o Fn[int, string] = func(int) (string, error) { return "", nil }
	_, _, _ = k, l, o
	_ = sort.Slice
	once.Do(func() {})
	apply(Opt[val](func(*val) error { return nil }), nil)
	takes(First[Ints], Max)
	takes(func(i Ints) int { return 0 }, nil)
	var id ID[Tree[error]]
	_ = id.n
	ret()
	return errors.Join(Of[error]()...)
}

func Must0(s string) (r []rune) { return }

func apply[T any](o Opt[T], rest ...Opt[T]) (t T) { return }

func takes(f func(Ints) int, g func(int, ...int) int) {}

func ret() (func(int) float64, func(Ints) int, error) { return Num2, First, nil }

func generic[T comparable, S ~[]T, MM ~map[T]S, F func(T) F2, F2 any, C chan T, P *T](t T, s S, m MM, f F, c C, p P) (T, bool) {
	_ = First(s)
	_ = Of(t, s[0], m[t][1], <-c, *p)
	_ = f(t)
	c <- t
	close(c)
	m[t] = append(m[t], t, *p)
	for k, v := range m {
		_, _ = k == t, v[0] == k
	}
	for x := range c {
		_ = x
	}
	var a any = t
	x, ok := a.(T)
	if y, ok := a.(S); ok {
		_ = y
	}
	type pair struct{ a, b T }
	_ = pair{t, t} == pair{x, *p}
	func(p pair) {}(pair{a: t})
	var arr [4]T
	_ = arr == [4]T{}
	_ = arr[1]
	_ = struct{ T T }{t}.T
	_ = func() (T, S) { return t, s }
	_ = Either[T, S]{}.Both(func(T) int { return 0 }, func(s S) T { return s[0] })
	_ = Tree[T]{Val: t, Left: &Tree[T]{}}.Left.Val
	_ = Same(t, x)
	_ = Default(p, t)
	_ = p == nil
	_ = *p == t
	return x, ok
}

func rec[T any](n int, t T) {
	if n > 0 {
		rec(n-1, t)
		rec[T](n-2, t)
	}
}

func mutualA[T any](t T) { mutualB(t) }
func mutualB[T any](t T) { mutualA[T](t) }
