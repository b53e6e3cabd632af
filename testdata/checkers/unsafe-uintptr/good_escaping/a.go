// Variables that are on the heap, and stay alive until the integer is used.
package good

import "unsafe"

func work(n int) []byte { return make([]byte, n) }

func returned() *[4]int32 {
	var block [4]int32
	addr := uintptr(unsafe.Pointer(&block))
	work(8)
	*(*int32)(unsafe.Pointer(addr + 4)) = 1
	return &block
}

type node struct{ next *node }

var head *node

func linked() {
	n := &node{}
	addr := uintptr(unsafe.Pointer(n))
	work(8)
	(*node)(unsafe.Pointer(addr)).next = head
	head = n
}

func sent(out chan<- *node) {
	n := new(node)
	addr := uintptr(unsafe.Pointer(n))
	work(8)
	(*node)(unsafe.Pointer(addr)).next = nil
	out <- n
}

type region struct {
	buf  []byte
	base uintptr
}

func (r *region) setup(n int) {
	r.buf = make([]byte, n)
	r.base = uintptr(unsafe.Pointer(unsafe.SliceData(r.buf)))
}

func (r *region) at(i uintptr) *byte { return (*byte)(unsafe.Pointer(r.base + i)) }

// Use lets the functions run.
func Use(out chan<- *node) {
	returned()
	linked()
	sent(out)
	r := &region{}
	r.setup(8)
	r.at(1)
}
