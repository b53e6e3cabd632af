// Headers of real slices and strings that get their Data in place.
package good

import (
	"reflect"
	"runtime"
	"unsafe"
)

func bytes(s string) (b []byte) {
	from := (*reflect.StringHeader)(unsafe.Pointer(&s))
	to := (*reflect.SliceHeader)(unsafe.Pointer(&b))
	to.Data = from.Data
	to.Len = from.Len
	to.Cap = from.Len
	runtime.KeepAlive(&s)
	return b
}

func inPlace(p *[16]byte) string {
	var s string
	h := (*reflect.StringHeader)(unsafe.Pointer(&s))
	h.Data = uintptr(unsafe.Pointer(p))
	h.Len = len(p)
	return s
}

func shortened(b []byte) []byte {
	h := (*reflect.SliceHeader)(unsafe.Pointer(&b))
	h.Len /= 2
	return b
}
