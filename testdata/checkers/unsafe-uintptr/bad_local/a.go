// Addresses held in local variables across something that lets the collector run.
package bad

import "unsafe"

type node struct {
	next *node
	val  [4]int32
}

var sink []byte

func work(n int) {
	sink = make([]byte, n)
}

func acrossCall(p *[4]int32) *int32 {
	addr := uintptr(unsafe.Pointer(p))
	work(100)
	return (*int32)(unsafe.Pointer(addr + 4)) // want `unsafe-uintptr: made from .p. becomes a pointer again`
}

func acrossAllocation(n *node) *node {
	addr := uintptr(unsafe.Pointer(n.next))
	m := make([]*node, len(n.val))
	_ = m
	return (*node)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func acrossReceive(n *node, ready chan bool) *node {
	addr := uintptr(unsafe.Pointer(n))
	<-ready
	return (*node)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func inLoop(n *node, count int) int32 {
	var sum int32
	addr := uintptr(unsafe.Pointer(&n.val))
	for i := 0; i < count; i++ {
		sum += *(*int32)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
		addr += 4
		work(i)
	}
	return sum
}

func throughOtherIntegers(p *int) *int {
	bits := uint64(uintptr(unsafe.Pointer(p)))
	work(8)
	back := uintptr(bits)
	return (*int)(unsafe.Pointer(back)) // want `unsafe-uintptr`
}

type header struct {
	data uintptr
	len  int
}

func throughStruct(p *int) *int {
	h := header{data: uintptr(unsafe.Pointer(p)), len: 8}
	work(h.len)
	return (*int)(unsafe.Pointer(h.data)) // want `unsafe-uintptr`
}

func onOneBranch(p *int, fallback uintptr, slow bool) *int {
	addr := fallback
	if slow {
		addr = uintptr(unsafe.Pointer(p))
		work(8)
	}
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr`
}

func stackObjectKeptAlive() int {
	var local [4]int
	addr := uintptr(unsafe.Pointer(&local))
	work(8)
	*(*int)(unsafe.Pointer(addr)) = 7 // want `unsafe-uintptr: may have been moved`
	return local[0]
}
