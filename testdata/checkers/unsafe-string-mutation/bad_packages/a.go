// Package-level buffers, closures, and interfaces, with the conversion in another package.
package bad

import "example.com/bad_packages/conv"

var scratch = make([]byte, 32)

var last string

func remember() {
	last = conv.String(scratch)
	reset() // want `unsafe-string-mutation`
}

func reset() { scratch[0] = 0 }

type filler interface{ fill(b []byte) }

type zeros struct{}

func (zeros) fill(b []byte) {
	for i := range b {
		b[i] = 0
	}
}

func through(f filler, b []byte) string {
	s := conv.String(b)
	f.fill(b) // want `unsafe-string-mutation: .s. shares them`
	return s
}

func inClosure(b []byte) string {
	set := func() { b[0] = 1 }
	s := conv.String(b)
	set() // want `unsafe-string-mutation: .s. shares them`
	return s
}

func Run(b []byte) string {
	remember()
	return last + through(zeros{}, b) + inClosure(b)
}
