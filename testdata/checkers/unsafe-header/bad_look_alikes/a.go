// Types of one's own that are laid out as headers.
package bad

import "unsafe"

type sliceHeader struct {
	data uintptr
	len  int
	cap  int
}

type stringHeader struct {
	data uintptr
	len  int
}

func bytes(s string) []byte {
	from := (*stringHeader)(unsafe.Pointer(&s))
	to := sliceHeader{data: from.data, len: from.len, cap: from.len}
	return *(*[]byte)(unsafe.Pointer(&to)) // want `unsafe-header: .s.`
}

func words(s string) []byte {
	x := (*[2]uintptr)(unsafe.Pointer(&s))
	h := [3]uintptr{x[0], x[1], x[1]}
	return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header: .s.`
}

func text(b *[8]byte) string {
	h := &stringHeader{uintptr(unsafe.Pointer(b)), len(b)}
	return *(*string)(unsafe.Pointer(h)) // want `unsafe-header: .b.`
}
