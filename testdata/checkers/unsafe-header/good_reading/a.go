// Headers that are looked at, not made into slices.
package good

import (
	"reflect"
	"unsafe"
)

func address(b []byte) uintptr {
	return (*reflect.SliceHeader)(unsafe.Pointer(&b)).Data
}

func sameArray(a, b []byte) bool {
	x := *(*reflect.SliceHeader)(unsafe.Pointer(&a))
	y := *(*reflect.SliceHeader)(unsafe.Pointer(&b))
	return x.Data == y.Data
}

type key struct{ h reflect.StringHeader }

func keyOf(s string) key {
	return key{*(*reflect.StringHeader)(unsafe.Pointer(&s))}
}

func hash(k key) uintptr { return k.h.Data*31 + uintptr(k.h.Len) }

func Run(s string, a, b []byte) (uintptr, bool) {
	return hash(keyOf(s)) + address(a), sameArray(a, b)
}
