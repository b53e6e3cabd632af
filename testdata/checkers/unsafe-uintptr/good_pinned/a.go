// Objects that cannot move or die.
package good

import (
	"runtime"
	"unsafe"
)

func work(n int) []byte { return make([]byte, n) }

func pinned(p *[4]int32) *int32 {
	var pinner runtime.Pinner
	pinner.Pin(p)
	defer pinner.Unpin()
	addr := uintptr(unsafe.Pointer(p))
	work(8)
	return (*int32)(unsafe.Pointer(addr + 4))
}

func keptAlive(p *[4]int32) int32 {
	addr := uintptr(unsafe.Pointer(p))
	work(8)
	v := *(*int32)(unsafe.Pointer(addr + 4))
	runtime.KeepAlive(p)
	return v
}
