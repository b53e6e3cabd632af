// The same helpers as for headers of their own, on those of real slices and strings.
package good

import (
	"reflect"
	"unsafe"
)

func fill(h *reflect.StringHeader, b []byte) {
	h.Data = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	h.Len = len(b)
}

func viaPointer(b []byte) (s string) {
	fill((*reflect.StringHeader)(unsafe.Pointer(&s)), b)
	return s
}

func grow[T any](real *[]T, n int) {
	h := (*reflect.SliceHeader)(unsafe.Pointer(real))
	h.Len += n
}

func Run(b []byte) (string, []byte) {
	grow(&b, 1)
	return viaPointer(b), b
}
