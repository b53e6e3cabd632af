// Addresses captured by function literals.
package bad

import "unsafe"

func run(f func()) { f() }

func capturedByValue(p *int) {
	addr := uintptr(unsafe.Pointer(p))
	run(func() {
		*(*int)(unsafe.Pointer(addr)) = 1 // want `unsafe-uintptr: made from .p.`
	})
}

func capturedByReference(p, q *int) {
	addr := uintptr(unsafe.Pointer(p))
	bump := func() {
		*(*int)(unsafe.Pointer(addr)) = 2 // want `unsafe-uintptr: made from .p.` `unsafe-uintptr: made from .q.`
	}
	bump()
	addr = uintptr(unsafe.Pointer(q))
	run(bump)
}

func literalThatReturns(p *int) *int {
	addr := func() uintptr { return uintptr(unsafe.Pointer(p)) }()
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func inGoroutine(p *int, done chan bool) {
	addr := uintptr(unsafe.Pointer(p))
	go func() {
		*(*int)(unsafe.Pointer(addr)) = 3 // want `unsafe-uintptr`
		done <- true
	}()
}

func deferred(p *int) {
	addr := uintptr(unsafe.Pointer(p))
	defer func() {
		*(*int)(unsafe.Pointer(addr)) = 4 // want `unsafe-uintptr`
	}()
}
