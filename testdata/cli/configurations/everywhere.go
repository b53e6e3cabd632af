// Package configurations is wrong in other places for each platform.
package configurations

import "unsafe"

type block struct{ data [64]byte }

// First keeps an address in an integer on every platform.
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
