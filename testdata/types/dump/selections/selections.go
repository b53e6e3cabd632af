// Selections: fields and methods through embedding, values and expressions of methods.
package selections

import (
	"io"
	str "strings"
	"sync"
	"time"
)

type (
	base struct {
		x, y int
		deep struct{ z *base }
	}
	middle struct {
		*base
		name string
	}
	outer struct {
		middle
		sync.Mutex
		io.Reader
		*str.Builder
		fn func(int) string
	}
	shape interface {
		Area() float64
		fmtStringer
	}
	fmtStringer interface{ String() string }
	square      float64
	ptrAlias    = *middle
	holder      struct{ ptrAlias }
	chain       struct{ next *chain }
)

func (b *base) inc(n int) *base                 { b.x += n; return b }
func (b base) get() int                         { return b.x }
func (s square) Area() float64                  { return float64(s * s) }
func (*square) String() string                  { return "" }
func (_ base) blank(_ int, _ ...any) (_ error)  { return }
func (outer) Read2(p []byte) (n int, err error) { return 0, nil }

func use(o outer, p *outer, s shape, sq *square, h holder) {
	_ = o.x + p.y + o.middle.x + o.base.deep.z.x
	_ = p.deep.z.deep.z.y
	o.inc(1).inc(2).get()
	p.inc(1)
	o.Lock()
	defer o.Unlock()
	_, _ = o.Read(nil)
	_, _ = p.Reader.Read(nil)
	_, _ = o.WriteString("a")
	_ = o.Builder.Len
	_ = o.fn(1)
	f := o.inc
	g := (*base).inc
	k := base.get
	k2 := (*base).get
	k3 := outer.get
	k4 := (*outer).inc
	k5 := outer.inc
	k6 := shape.Area
	k7 := interface{ shape }.String
	k8 := (*square).String
	k9 := (*square).Area
	k10 := io.Reader.Read
	k11 := (*outer).Lock
	k12 := outer.Read2
	k13 := (*outer).Read2
	k14 := struct{ *middle }.get
	k15 := (*struct{ base }).inc
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = f, g, k, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14
	_ = k15
	_ = s.Area() + s.(*square).Area()
	_ = s.String
	_ = sq.Area
	_ = sq.String()
	_ = (*sq).Area()
	_ = h.x + h.ptrAlias.y
	_ = h.get()
	_ = time.Second.String()
	_ = time.Duration.Hours(3)
	_ = time.Now().Add(1).Year()
	_ = str.NewReader("a").Len
	_ = (&o).x
	_ = (*p).middle
	_ = struct{ io.Writer }{}.Write
	_ = struct {
		a int
		b struct{ c string }
	}{}.b.c
	var c chain
	_ = c.next.next.next
	_ = [...]*base{nil}[0].x
	_ = map[string]base{}["a"].x
	_ = []base{}[0].deep
	(*p).x, o.name = 1, "n"
	_ = (<-chan base)(nil)
	_ = (&base{}).x
	_ = base{}.x
	_ = func() *base { return nil }().x
	_ = func() base { return base{} }().x
	_ = error.Error
	var e error
	_ = e.Error()
	_ = e.Error
}

type embedsError struct{ error }

func (embedsError) Unwrap() error { return nil }

var _ = embedsError{}.Error

type generic[T any] struct {
	*generic[T]
	val T
	inner[T]
}

type inner[U any] struct{ in U }

func (i inner[U]) In() U                       { return i.in }
func (i *inner[U]) Set(u U)                    { i.in = u }
func (g generic[T]) Val() T                    { return g.val }
func (g *generic[T]) Gen[R any](f func(T) R) R { return f(g.val) }

func useGeneric[K comparable](g generic[map[K]int], p *generic[string]) {
	_ = g.val
	_ = g.in
	_ = g.In()
	_ = p.In
	_ = p.generic.generic.val
	p.Set("")
	_ = generic[int].Val
	_ = (*generic[K]).Set
	_ = (*generic[int]).In
	_ = p.Gen(func(s string) int { return len(s) })
	_ = p.Gen[error]
	_ = (*generic[int]).Gen[string]
	_ = g.Gen[K]
}

func typeParam[T interface {
	~struct{ f int }
	M() T
}, P interface {
	*T
	N()
}](t T, p P) {
	_ = t.M().M
	p.N()
	_ = T.M
	_ = P.N
	_ = (*p).M()
}
