// Addresses that are kept in maps, slices and channels.
package bad

import "unsafe"

type registry struct {
	byName map[string]uintptr
	seen   map[uintptr]bool
	stack  []uintptr
	queue  chan uintptr
}

func newRegistry() *registry {
	return &registry{
		byName: make(map[string]uintptr),
		seen:   make(map[uintptr]bool),
		queue:  make(chan uintptr, 4),
	}
}

func (r *registry) add(name string, p *int) {
	addr := uintptr(unsafe.Pointer(p))
	r.byName[name] = addr
	r.seen[addr] = true
	r.stack = append(r.stack, addr)
	r.queue <- addr
}

func (r *registry) find(name string) *int {
	addr, ok := r.byName[name]
	if !ok {
		return nil
	}
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: in .\(\*registry\).add.`
}

func (r *registry) each(visit func(*int)) {
	for addr := range r.seen {
		visit((*int)(unsafe.Pointer(addr))) // want `unsafe-uintptr`
	}
}

func (r *registry) pop() *int {
	addr := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func (r *registry) next() *int {
	select {
	case addr := <-r.queue:
		return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
	default:
		return nil
	}
}

// Use lets the functions run.
func Use(p *int) {
	r := newRegistry()
	r.add("x", p)
	r.find("x")
	r.each(func(p *int) { *p++ })
	r.pop()
	r.next()
}
