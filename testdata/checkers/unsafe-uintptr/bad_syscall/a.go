// System call arguments that were not converted in the argument list.
package bad

import (
	"syscall"
	"unsafe"
)

func read(fd int, buf []byte) int {
	p := uintptr(unsafe.Pointer(&buf[0]))
	n, _, _ := syscall.Syscall(syscall.SYS_READ, uintptr(fd), p, uintptr(len(buf))) // want `unsafe-uintptr: used as an address`
	return int(n)
}

func control(fd int, request, arg uintptr) {
	syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, arg) // want `unsafe-uintptr: used as an address`
}

type size struct{ rows, cols uint16 }

func windowSize(fd int) size {
	var s size
	control(fd, 0x5413, uintptr(unsafe.Pointer(&s)))
	s.rows++
	return s
}
