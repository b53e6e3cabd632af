// Addresses that cross package boundaries as integers.
package bad

import (
	"unsafe"

	"example.com/badpackages/mem"
)

func Use(x *int) int {
	return *mem.At(uintptr(unsafe.Pointer(x)))
}

func Back(x *int) *int {
	a := mem.Address(x)
	return (*int)(unsafe.Pointer(a)) // want `unsafe-uintptr`
}
