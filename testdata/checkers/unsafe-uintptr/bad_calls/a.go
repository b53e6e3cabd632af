// Addresses that go through helpers as integers.
package bad

import "unsafe"

type buffer struct{ data [64]byte }

func addressOf(b *buffer) uintptr {
	return uintptr(unsafe.Pointer(b))
}

func offset(base uintptr, by uintptr) uintptr {
	return base + by
}

func pointerTo(addr uintptr) *byte {
	return (*byte)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .b. in .passed.` `unsafe-uintptr: made from .b. in .addressOf.`
}

func returned(b *buffer) *byte {
	addr := addressOf(b)
	return (*byte)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func passed(b *buffer) *byte {
	return pointerTo(uintptr(unsafe.Pointer(b)))
}

func thereAndBack(b *buffer) *byte {
	return (*byte)(unsafe.Pointer(offset(uintptr(unsafe.Pointer(b)), 8))) // want `unsafe-uintptr`
}

func throughBoth(b *buffer) *byte {
	return pointerTo(offset(addressOf(b), 16))
}
