// Addresses that are kept in package-level variables, plainly and atomically.
package bad

import (
	"sync/atomic"
	"unsafe"
)

var (
	last    uintptr
	current atomic.Uintptr
	word    uintptr
	table   [4]uintptr
)

func remember(p *int) {
	last = uintptr(unsafe.Pointer(p))
	current.Store(uintptr(unsafe.Pointer(p)))
	atomic.StoreUintptr(&word, uintptr(unsafe.Pointer(p)))
	table[1] = uintptr(unsafe.Pointer(p))
}

func recall() *int {
	return (*int)(unsafe.Pointer(last)) // want `unsafe-uintptr: made from .p. in .remember.`
}

func recallCurrent() *int {
	addr := current.Load()
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .p. in .remember.`
}

func recallWord() *int {
	return (*int)(unsafe.Pointer(atomic.LoadUintptr(&word))) // want `unsafe-uintptr`
}

func recallTable(i int) *int {
	return (*int)(unsafe.Pointer(table[i])) // want `unsafe-uintptr`
}

// Use lets the functions run.
func Use(p *int) int {
	remember(p)
	return *recall() + *recallCurrent() + *recallWord() + *recallTable(1)
}
