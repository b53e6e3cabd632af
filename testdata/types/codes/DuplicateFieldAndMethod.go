// A field and a method of one name.
package p

type T struct {
	a int
	b string
}

func (T) a()  {}
func (*T) b() {}
func (T) c()  {}

type G[P any] struct{ f P }

func (G[P]) f() {}
