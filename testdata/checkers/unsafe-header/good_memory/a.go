// Memory that is not Go's, and memory that is not freed.
package good

import (
	"reflect"
	"runtime"
	"syscall"
	"unsafe"
)

var table [256]byte

func static() []byte {
	h := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(&table)), Len: 256, Cap: 256}
	return *(*[]byte)(unsafe.Pointer(&h))
}

func register() []byte {
	h := reflect.SliceHeader{Data: 0xb8000, Len: 80, Cap: 80}
	return *(*[]byte)(unsafe.Pointer(&h))
}

func mapped(fd int) ([]byte, error) {
	m, err := syscall.Mmap(fd, 0, 4096, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	h := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(&m[0])), Len: 16, Cap: 16}
	return *(*[]byte)(unsafe.Pointer(&h)), nil
}

func pinned(p *[16]byte) []byte {
	var pinner runtime.Pinner
	pinner.Pin(p)
	defer pinner.Unpin()
	h := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(p)), Len: 16, Cap: 16}
	return *(*[]byte)(unsafe.Pointer(&h))
}
