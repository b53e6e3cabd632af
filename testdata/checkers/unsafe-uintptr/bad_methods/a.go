// Addresses that go through methods and generic helpers.
package bad

import "unsafe"

type arena struct {
	block [1024]byte
	used  uintptr
}

func (a *arena) base() uintptr { return uintptr(unsafe.Pointer(&a.block)) }

func (a *arena) alloc(size uintptr) unsafe.Pointer {
	addr := a.base() + a.used
	a.used += size
	return unsafe.Pointer(addr) // want `unsafe-uintptr`
}

type word uintptr

func (w word) pointer() *int {
	return (*int)(unsafe.Pointer(uintptr(w))) // want `unsafe-uintptr`
}

func throughDefinedType(p *int) *int {
	w := word(uintptr(unsafe.Pointer(p)))
	return w.pointer()
}

func addr[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

func deref[T any](a uintptr) T {
	return *(*T)(unsafe.Pointer(a)) // want `unsafe-uintptr`
}

func generic(p *float64) float64 {
	a := addr(p)
	return deref[float64](a)
}
