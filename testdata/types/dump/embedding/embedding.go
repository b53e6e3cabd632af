// Embedding: through aliases, instances, interfaces, pointers; ambiguous and hidden names.
package embedding

import (
	"bytes"
	"context"
	. "io"
	"sync/atomic"
)

type (
	A  struct{ X, Y int }
	B  struct{ X string }
	AB struct {
		A
		B
	}
	Alias     = A
	PAlias    = *A
	EA        struct{ Alias }
	EP        struct{ PAlias }
	G[T any]  struct{ V T }
	GA[T any] = G[[]T]
	EG        struct{ G[int] }
	EGA       struct{ GA[string] }
	EPG       struct{ *G[AB] }
	Deep      struct{ *Mid }
	Mid       struct{ Inner }
	Inner     struct {
		leaf *Deep
		Reader
	}
	RW interface {
		Reader
		Writer
	}
	RWC interface {
		RW
		Closer
		Extra()
	}
	Any   interface{ any }
	Buf   struct{ bytes.Buffer }
	Ctx   struct{ context.Context }
	Count struct{ atomic.Int64 }
	Ptr   struct{ atomic.Pointer[AB] }
	Anon  struct {
		A
		*B
		_  int
		fn func()
	}
	Hidden struct {
		AB
		X bool
	}
	Basic struct {
		int
		*string
		error
	}
	Cyc  struct{ *Cyc2 }
	Cyc2 struct {
		*Cyc
		N int
	}
)

func (G[T]) Get() (t T)              { return }
func (g *G[T]) Set(t T)              { g.V = t }
func (A) MA()                        {}
func (*B) MB()                       {}
func (b B) String() string           { return b.X }
func (Deep) Over()                   {}
func (*Mid) Over()                   {}
func (Inner) Under(x, _ int) (n int) { return }

func use(ab AB, ea EA, ep EP, eg EG, ega *EGA, epg EPG, d Deep, rwc RWC, buf *Buf, ctx Ctx, n *Count, p *Ptr, an Anon, h Hidden, bs Basic, cy Cyc) {
	_ = ab.Y
	_ = ab.A.X
	_ = ab.B.X
	ab.MA()
	ab.MB()
	_ = ab.String
	_ = ea.X + ea.Alias.Y
	ea.MA()
	_ = ep.X
	ep.MA()
	_ = ep.PAlias.MA
	_ = eg.V + eg.Get() + eg.G.V
	eg.Set(1)
	_ = ega.V
	ega.Set(nil)
	_ = ega.GA.Get
	_ = epg.V.Y
	epg.Set(ab)
	_ = d.leaf.leaf.Inner
	d.Over()
	d.Mid.Over()
	_ = d.Under
	_, _ = d.Read(nil)
	_, _ = rwc.Read(nil)
	rwc.Extra()
	_ = rwc.Close
	_, _ = buf.WriteString("")
	_ = buf.Len()
	_ = ctx.Err
	_ = ctx.Value(1)
	_ = n.Add(1)
	_ = p.Load().Y
	p.Store(&ab)
	_ = an.Y
	an.MB()
	an.fn()
	_ = h.X
	_ = h.AB.A.X
	h.MA()
	_ = bs.int + len(*bs.string)
	_ = bs.Error()
	_ = cy.N
	_ = cy.Cyc2.Cyc.N
	_ = AB.MA
	_ = (*AB).MB
	_ = EG.Get
	_ = (*EG).Set
	_ = EPG.Set
	_ = RWC.Extra
	_ = RWC.Read
	_ = RW.Write
	_ = (*Count).Add
	_ = Deep.Under
	_ = (*Deep).Under
	_ = Basic.Error
	_ = interface{ Extra() }.Extra
	_ = struct{ AB }{ab}.MA
	_ = struct{ *AB }{&ab}.MB
	_ = struct{ RWC }{rwc}.Extra
	_ = AB{A: A{1, 2}, B: B{"x"}}.Y
	_ = &EG{G: G[int]{V: 1}}
	_ = EPG{G: &G[AB]{}}
	_ = EGA{GA: GA[string]{V: nil}}
	_ = EP{PAlias: &A{X: 1}}
	_ = Buf{Buffer: *bytes.NewBuffer(nil)}
	_ = Basic{int: 1, error: EOF}
	_ = (*A)(ep.PAlias)
	_ = A(ea.Alias)
	_ = struct{ X, Y int }(ab.A)
	_ = Any(ab).(interface{ MA() }).MA
	_ = ReadAll
	var r Reader = rwc
	_ = r.(RWC).(Writer)
	type local struct{ AB }
	_ = local{ab}.MA
	type localI interface {
		RWC
		L(local) localI
	}
	var li localI
	_ = li.L(local{}).L
	_ = li.Extra
}
