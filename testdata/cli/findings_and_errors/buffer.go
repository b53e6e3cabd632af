// Package buffer keeps the address of a buffer in an integer.
package buffer

import "unsafe"

// Buffer holds bytes.
type Buffer struct{ data [64]byte }

// First returns a pointer to the first byte, by way of an integer that the garbage collector does
// not know to be an address.
func (b *Buffer) First() *byte {
	u := uintptr(unsafe.Pointer(&b.data[0]))
	grow(b)
	return (*byte)(unsafe.Pointer(u))
}

func grow(b *Buffer) {
	for i := range b.data {
		b.data[i]++
	}
}
