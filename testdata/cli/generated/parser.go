// Package generated is what a generator makes of a grammar: each piece of code says where in the
// grammar it comes from.
package generated

import "unsafe"

var before = missing0

//line grammar.y:10
var first = missing1

//line grammar.y:20:5
var second = missing2
var third = missing3

var fourth = /*line :7:1*/ missing4

//line other/more.y:3
type block struct{ data [64]byte }

func (b *block) First() *byte {
	u := uintptr(unsafe.Pointer(&b.data[0]))
	grow(b)
	return (*byte)(unsafe.Pointer(u))
}

func grow(b *block) {
	for i := range b.data {
		b.data[i]++
	}
}
