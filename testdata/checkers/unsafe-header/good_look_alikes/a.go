// Structs that are laid out as headers and hold a pointer, or are never cast.
package good

import "unsafe"

type sliceHeader struct {
	data unsafe.Pointer
	len  int
	cap  int
}

type stringHeader struct {
	data unsafe.Pointer
	len  int
}

func bytes(s string) []byte {
	from := (*stringHeader)(unsafe.Pointer(&s))
	to := sliceHeader{data: from.data, len: from.len, cap: from.len}
	return *(*[]byte)(unsafe.Pointer(&to))
}

type span struct {
	start uintptr
	size  int
}

func spanOf(p *[16]byte) span { return span{uintptr(unsafe.Pointer(p)), len(p)} }

func same(a, b span) bool { return a == b }

func withCap(s string) []byte {
	h := struct {
		string
		Cap int
	}{s, len(s)}
	return *(*[]byte)(unsafe.Pointer(&h))
}
