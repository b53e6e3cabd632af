// Methods of interfaces have names.
package p

type I interface {
	_()
	m()
	_(int) string
}
