//go:build windows

package configurations

import "unsafe"

// Last keeps an address in an integer on Windows only.
func (b *block) Last() *byte {
	u := uintptr(unsafe.Pointer(&b.data[63]))
	grow(b)
	return (*byte)(unsafe.Pointer(u))
}
