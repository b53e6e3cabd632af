// Methods that are declared twice.
package p

type T struct{}

func (T) m()       {}
func (*T) m()      {}
func (T) m() int   { return 0 }
func (T) _()       {}
func (T) _()       {}

type I interface{ m() }
type J interface{ m() int }

type K interface {
	I
	J
}

type L interface {
	I
	m() int
}

type Fine interface {
	I
	m()
}
