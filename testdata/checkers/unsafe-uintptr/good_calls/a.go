// Helpers that look like the bad ones, but let no address travel as an integer.
package good

import "unsafe"

func work(n int) []byte { return make([]byte, n) }

func addressOf(p *int) uintptr { return uintptr(unsafe.Pointer(p)) }

func pointerTo(addr uintptr) *byte { return (*byte)(unsafe.Pointer(addr)) }

func logged(p *int) {
	println(addressOf(p))
}

func fixed() *byte { return pointerTo(0xb8000) }

func compared(p, q *int) bool { return addressOf(p) < addressOf(q) }

func keyed(p *int, seen map[uintptr]bool) bool {
	key := addressOf(p)
	work(8)
	return seen[key]
}

func counted(n uintptr) uintptr { return n + 1 }

func bySize(p *int) *byte {
	size := counted(unsafe.Sizeof(*p))
	work(8)
	return pointerTo(size)
}
