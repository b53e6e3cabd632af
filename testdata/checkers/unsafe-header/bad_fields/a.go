// The address waits in a field until a method makes a slice of it.
package bad

import (
	"reflect"
	"unsafe"
)

type view struct {
	base uintptr
	size int
	name string
}

func newView(p *[64]byte, name string) *view {
	return &view{base: uintptr(unsafe.Pointer(p)), size: len(p), name: name}
}

func (v *view) bytes() []byte {
	h := reflect.SliceHeader{Data: v.base, Len: v.size, Cap: v.size}
	return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header: .p. in .newView.|made from .p.`
}

func (v *view) into(real *[]byte) {
	h := (*reflect.SliceHeader)(unsafe.Pointer(real))
	h.Data = v.base // want `unsafe-header: set to an integer made from .p.`
	h.Len, h.Cap = v.size, v.size
}

func Use(p *[64]byte) (int, []byte) {
	v := newView(p, "x")
	var b []byte
	v.into(&b)
	return len(v.bytes()), b
}
