// Values without the methods of an interface.
package p

type I interface{ m() }
type J interface {
	m()
	n(int) string
}

type T struct{}

func (T) m() {}

type P struct{}

func (*P) m() {}

type Wrong struct{}

func (Wrong) m()           {}
func (Wrong) n(int, int) {}

type Case struct{}

func (Case) M() {}

var _ I = T{}
var _ I = P{}
var _ J = T{}
var _ J = Wrong{}
var _ I = Case{}
var _ I = 1
var _ I = "s"
var i I
var _ J = i
var _ *I = T{}
var pi *I
var _ I = pi
var pp **P
var _ I = pp

func f(I) (I, error) { return 1, 2 }

var _, _ = f(P{})
var e error = T{}
