// -lang=go1.12
// What the language version does not have.
package p

import "unsafe"

type G[P any] struct{}

type A[P any] = G[P]

func f[P any](P) {}

type I interface{ m() }
type J interface{ m() }

type K interface {
	I
	J
}

type U interface{ int | string }

var a = 0b101
var b = 0o17
var c = 1_000
var d = 0x1p4

func g(i int, s []int, p unsafe.Pointer) {
	_ = 1 << i
	_ = (*[2]int)(s)
	_ = [2]int(s)
	_ = unsafe.Add(p, 1)
	_ = unsafe.Slice(&i, 1)
	_ = unsafe.String(nil, 0)
	for range 10 {
	}
	for range func(func() bool) {} {
	}
	clear(s)
	_ = min(1, 2)
	_ = max(1, 2)
	var _ any
	var _ comparable
	f[int](1)
	_ = new(1)
}
