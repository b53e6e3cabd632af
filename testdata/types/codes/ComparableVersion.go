// -lang=go1.19
// Interfaces are comparable from Go 1.20 on.
package p

func f[P comparable](P) {}

func g(a any) {
	f(a)
	f[any](a)
}
