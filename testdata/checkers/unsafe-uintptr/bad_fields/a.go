// Addresses that are kept in fields of structs on the heap.
package bad

import "unsafe"

type cursor struct {
	limit int
	addr  uintptr
}

func (c *cursor) reset(p *[64]byte) {
	c.addr = uintptr(unsafe.Pointer(p))
	c.limit = len(p)
}

func (c *cursor) current() *byte {
	return (*byte)(unsafe.Pointer(c.addr)) // want `unsafe-uintptr: made from .p. in .\(\*cursor\).reset.`
}

type window struct {
	at   cursor
	name string
}

func open(p *[64]byte, name string) *window {
	return &window{at: cursor{addr: uintptr(unsafe.Pointer(p)) + 8}, name: name}
}

func (w *window) first() *byte {
	at := w.at
	return at.second()
}

func (c cursor) second() *byte {
	return (*byte)(unsafe.Pointer(c.addr + 1)) // want `unsafe-uintptr: .cursor..reset` `unsafe-uintptr: in .open.`
}

type pair struct{ addr, size uintptr }

func swap(p *int) *int {
	x := &pair{}
	fill(x, p)
	return (*int)(unsafe.Pointer(x.addr)) // want `unsafe-uintptr: in .fill.`
}

func fill(x *pair, p *int) {
	x.size = unsafe.Sizeof(*p)
	x.addr = uintptr(unsafe.Pointer(p))
}

// Use lets the functions run.
func Use(p *[64]byte, n *int) {
	c := &cursor{}
	c.reset(p)
	c.current()
	c.second()
	open(p, "w").first()
	swap(n)
}
