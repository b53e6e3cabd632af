// Interfaces have no generic methods.
package p

type I interface {
	m[P any](P)
	n()
}

type T struct{}

func (T) m[P any](P) {}
