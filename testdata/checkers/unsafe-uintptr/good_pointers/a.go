// Pointers that are kept as pointers, through helpers, closures and methods.
package good

import "unsafe"

func work(n int) []byte { return make([]byte, n) }

type arena struct {
	base unsafe.Pointer
	used uintptr
}

func (a *arena) alloc(size uintptr) unsafe.Pointer {
	p := unsafe.Add(a.base, a.used)
	a.used += size
	work(8)
	return p
}

func offset(p unsafe.Pointer, by uintptr) unsafe.Pointer {
	return unsafe.Pointer(uintptr(p) + by)
}

func throughHelper(p *[4]int32) *int32 {
	q := offset(unsafe.Pointer(p), 4)
	work(8)
	return (*int32)(q)
}

func captured(p *[4]int32) func() *int32 {
	q := unsafe.Pointer(p)
	return func() *int32 {
		work(8)
		return (*int32)(unsafe.Pointer(uintptr(q) + 4))
	}
}

func offsetOnly(p *[4]int32, i int) *int32 {
	by := uintptr(i) * unsafe.Sizeof(p[0])
	work(8)
	return (*int32)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + by))
}
