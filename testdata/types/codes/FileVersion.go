//go:build go1.21

// -lang=go1.24
// A file that asks for an older language.
package p

func f() {
	for range 10 {
	}
	for range func(func() bool) {} {
	}
}

type A[P any] = []P
