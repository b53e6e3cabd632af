// The patterns that package unsafe documents as valid.
package good

import (
	"reflect"
	"runtime"
	"syscall"
	"unsafe"
)

type pair struct{ a, b int64 }

func cast(p *float64) uint64 { return *(*uint64)(unsafe.Pointer(p)) }

func step(p *pair) *int64 {
	return (*int64)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + unsafe.Offsetof(p.b)))
}

func element(base unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Pointer(uintptr(base) + uintptr(i)*unsafe.Sizeof(int64(0)))
}

func round(p unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer((uintptr(p) + 7) &^ 7)
}

func write(fd int, buf []byte) {
	syscall.Syscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
	runtime.KeepAlive(buf)
}

func reflected(v reflect.Value) *int {
	return (*int)(unsafe.Pointer(v.Pointer()))
}

func add(p *pair) *int64 {
	return (*int64)(unsafe.Add(unsafe.Pointer(p), 8))
}
