// Fields, maps and channels of integers from which no address comes back.
package good

import "unsafe"

type region struct {
	base unsafe.Pointer
	key  uintptr
	size uintptr
	at   uintptr
}

func newRegion(p *[64]byte) *region {
	return &region{base: unsafe.Pointer(p), key: uintptr(unsafe.Pointer(p)), size: 64}
}

func (r *region) hash() uintptr { return r.key >> 4 % 31 }

func (r *region) sizeAsPointer() unsafe.Pointer { return unsafe.Pointer(r.size) }

func (r *region) mapped(addr uintptr) { r.at = addr }

func (r *region) device() unsafe.Pointer { return unsafe.Pointer(r.at) }

type index struct {
	ids     map[uintptr]int
	offsets []uintptr
	ticks   chan uintptr
}

func (x *index) add(p *int) {
	x.ids[uintptr(unsafe.Pointer(p))]++
	x.offsets = append(x.offsets, unsafe.Sizeof(*p))
	x.ticks <- 1
}

func (x *index) table(base *[64]byte, i int) *byte {
	return (*byte)(unsafe.Add(unsafe.Pointer(base), x.offsets[i]))
}

// Use lets the functions run.
func Use(p *[64]byte, n *int) {
	r := newRegion(p)
	r.hash()
	r.sizeAsPointer()
	r.mapped(0xb8000)
	r.device()
	x := &index{ids: map[uintptr]int{}, ticks: make(chan uintptr, 1)}
	x.add(n)
	x.table(p, 0)
}
