// Instances, written and inferred, of functions, types, aliases and methods.
package generics

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
)

type (
	Pair[A, B any] struct {
		A A
		B B
	}
	List[T any] struct {
		next *List[T]
		val  T
	}
	Vec[T any]                 = []T
	Swap[A, B any]             = Pair[B, A]
	Func[A any, R any]         func(A) R
	Set[K comparable]          map[K]struct{}
	Self[T Self[T]]            interface{ Eq(T) bool }
	Num                        interface{ ~int | ~int64 | ~float64 }
	Node[K cmp.Ordered, V any] struct {
		l, r *Node[K, V]
		Pair[K, V]
	}
	Rec[T any] interface {
		Next() Rec[T]
		Get() T
	}
	Local[T any] = struct {
		f T
		Pair[T, Vec[T]]
	}
)

type num int

func (n num) Eq(m num) bool { return n == m }

func Map[T, R any](s []T, f func(T) R) []R {
	var out []R
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}

func Id[T any](x T) T                   { return x }
func Two[A any, B any](a A, b B) (A, B) { return a, b }
func Zero[T any]() (zero T)             { return }
func Sum[N Num](ns ...N) (s N) {
	for _, n := range ns {
		s += n
	}
	return
}
func Ptr[T any, P interface{ *T }](p P) T                   { return *p }
func Find[T Self[T]](a, b T) bool                           { return a.Eq(b) }
func Conv[To, From Num](f From) To                          { return To(f) }
func Chain[F ~func(A) B, A, B any](f F, a A) B              { return f(a) }
func Apply[T any](x T, fs ...func(T) T) T                   { return fs[0](x) }
func Keys[M ~map[K]V, K comparable, V any](m M) iter.Seq[K] { return maps.Keys(m) }

func (l *List[T]) Push(v T) *List[T]               { return &List[T]{l, v} }
func (l *List[T]) Map[R any](f func(T) R) *List[R] { return &List[R]{val: f(l.val)} }
func (p Pair[A, B]) Swap() Swap[A, B]              { return Swap[A, B]{p.B, p.A} }
func (s Set[K]) Has(k K) bool                      { _, ok := s[k]; return ok }

func use(xs []int, m map[string][]byte) {
	_ = Map(xs, strconv.Itoa)
	_ = Map(xs, func(i int) float64 { return float64(i) })
	_ = Map[int](xs, Id)
	_ = Map(xs, Id[int])
	_ = Map[int, error]
	a, b := Two(1, "a")
	a, b = Two[int, string](2.0, b)
	_, _ = Two('a', nil == m)
	_ = Zero[*List[Pair[int, string]]]()
	_ = Sum(1, 2.5, a2())
	_ = Sum[int](1, 2, 'a')
	_ = Sum[float64]()
	_ = Ptr(&a)
	_ = Find(num(1), 2)
	_ = Conv[float64](1)
	_ = Conv[int64](2.0)
	_ = Chain(strconv.Itoa, 3)
	_ = Apply(1, Id, Id[int])
	_ = Apply("a")
	var f func(int) string = Zero2
	var g func([]int, func(int) int) []int = Map
	var h Func[string, string] = Id
	f, h = Zero2, Id
	_, _, _ = f, g, h
	_ = slices.SortedFunc(Keys(m), cmp.Compare)
	slices.SortFunc(xs, cmp.Compare[int])
	_ = slices.Collect(maps.Values(m))
	_ = slices.IndexFunc(xs, func(x int) bool { return x > 0 })
	_ = (&List[int]{}).Push(1).Map(strconv.Itoa).Map(func(s string) []string { return nil })
	_ = List[int]{}.Push2
	var s Set[string] = Set[string]{"a": {}}
	_ = s.Has("b")
	_ = Pair[int, Vec[string]]{1, nil}.Swap().A
	_ = Swap[int, bool]{true, 1}
	_ = Local[int]{1, Pair[int, Vec[int]]{}}
	_ = Vec[int](xs)
	_ = []Pair[int, string]{{1, "a"}, {B: "b"}}
	_ = map[Pair[int, int]]*Pair[string, any]{{1, 2}: {"a", 1}}
	_ = [...]*List[string]{{val: "a"}, {next: nil}}
	func() (func(int) int, func(string) string) { return Id, Id }()
	ret := func() func(a int, b string) (int, string) { return Two }
	_ = ret
	type loc[T any] struct {
		t T
		u []loc[T]
	}
	_ = loc[int]{}.u[0].t
	type locAlias = loc[string]
	_ = locAlias{t: "x"}
}

func a2() float64 { return 1 }

func (List[T]) Push2() (t T) { return }

func Zero2[A, B any](A) (b B) { return }

func inGeneric[T any, S ~[]T, N Num](t T, s S, n N) {
	type local struct {
		t    T
		next *local
	}
	type localG[U any] struct {
		t T
		u U
	}
	_ = local{t, nil}.next.t
	_ = localG[int]{t, 1}
	_ = localG[N]{u: n}
	_ = Map(s, func(t T) N { return n })
	_ = Id(s)
	_ = Pair[T, S]{t, s}
	_ = n + 1
	_ = -n * 1
	_ = n > 1 && n != 2.0
	_ = float64(n) + 0.5
	_ = any(t).(N)
	_ = s[0]
	_ = append(s, t)
	_ = S(nil)
	_ = s == nil
	switch x := any(t).(type) {
	case T:
		_ = x
	case N, *T:
		_ = x
	case interface{ M(T) }:
		x.M(t)
	case nil:
		_ = x
	}
	for i, x := range s {
		_, _ = i, x
	}
	for i := range n2[N]() {
		_ = i
	}
	var zero T
	_ = &zero
	var _ any = zero
	_ = func(ts ...T) []T { return ts }(t, zero)
	Node[string, T]{}.walk(func(k string, v T) {})
}

func n2[N Num]() int { return 0 }

func (n Node[K, V]) walk(f func(K, V)) { f(n.A, n.B); n.l.walk(f) }

func seqs[T any](s iter.Seq[T], s2 iter.Seq2[int, T], f func(func() bool)) {
	for x := range s {
		_ = x
	}
	for i, x := range s2 {
		_, _ = i, x
	}
	for range f {
	}
	next, stop := iter.Pull(s)
	_, _ = next()
	stop()
}

type constraintMethods interface {
	comparable
	~string | ~int
	String() string
}

func cm[T constraintMethods](a, b T) bool { return a == b && a.String() < "x" && a < b }

type tree[T interface{ Less(T) bool }] struct {
	left, right *tree[T]
	v           T
}

func (t *tree[T]) insert(v T) *tree[T] {
	switch {
	case t == nil:
		return &tree[T]{v: v}
	case v.Less(t.v):
		t.left = t.left.insert(v)
	}
	return t
}

type Opt[T any] func(*T)

func New[T any](opts ...Opt[T]) *T { return nil }
func With[T any](v int) Opt[T]     { return nil }

var _ = New(With[Pair[int, int]](1))
var _ *int = New[int]()

type Builder[B any] struct{ b B }

func (b Builder[B]) Then[C any](f func(B) C) Builder[C] { return Builder[C]{f(b.b)} }

var built = Builder[int]{1}.Then(strconv.Itoa).Then(func(s string) []byte { return []byte(s) })
var then = Builder[int].Then[string]
