package p

import "unsafe"

type T struct {
	a byte
	b [4]uint32
}

func pointers(t *T, n int, s string, b []byte) uintptr {
	p := unsafe.Pointer(t)
	u := uintptr(p) + unsafe.Offsetof(t.b)
	q := (*uint32)(unsafe.Pointer(u))
	*q = 1
	_ = unsafe.Add(p, n)
	_ = unsafe.Slice(q, n)
	_ = unsafe.SliceData(b)
	_ = unsafe.String(unsafe.StringData(s), len(s))
	return unsafe.Sizeof(*t) + unsafe.Alignof(t.b)
}

func sizeof[X any](x X) uintptr { return unsafe.Sizeof(x) }

var _ = sizeof(int32(0))
