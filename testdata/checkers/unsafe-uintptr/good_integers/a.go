// Integers that never become pointers again, or never were Go pointers.
package good

import "unsafe"

func work(n int) []byte { return make([]byte, n) }

func hash(p *int) uintptr {
	h := uintptr(unsafe.Pointer(p))
	work(8)
	return h ^ h>>33
}

func aligned(p *byte) bool {
	addr := uintptr(unsafe.Pointer(p))
	return addr%16 == 0
}

func distance(p, q *byte) int {
	from, to := uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(q))
	work(8)
	return int(to - from)
}

func moveBy(base, p, q unsafe.Pointer) unsafe.Pointer {
	delta := uintptr(q) - uintptr(p)
	work(8)
	return unsafe.Pointer(uintptr(base) + delta)
}

const registers = 0x4000_0000

func register(n uintptr) *uint32 {
	addr := uintptr(registers) + n*4
	work(8)
	return (*uint32)(unsafe.Pointer(addr))
}

func paddedTo16(p unsafe.Pointer, base unsafe.Pointer) unsafe.Pointer {
	low := uintptr(p) & 15
	work(8)
	return unsafe.Pointer(uintptr(base) + low)
}

var table [16]int32

func inGlobal(i uintptr) *int32 {
	addr := uintptr(unsafe.Pointer(&table))
	work(8)
	return (*int32)(unsafe.Pointer(addr + i*4))
}
