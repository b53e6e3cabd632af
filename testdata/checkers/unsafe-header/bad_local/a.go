// Headers that are variables of their own, in one function.
package bad

import (
	"reflect"
	"unsafe"
)

func fromString(s string) []byte {
	from := (*reflect.StringHeader)(unsafe.Pointer(&s))
	h := reflect.SliceHeader{Data: from.Data, Len: len(s), Cap: len(s)}
	return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header: a slice is made from a header whose Data is an integer made from the Data of`
}

func copied(b []byte) []int32 {
	h := *(*reflect.SliceHeader)(unsafe.Pointer(&b))
	h.Len /= 4
	h.Cap /= 4
	return *(*[]int32)(unsafe.Pointer(&h)) // want `unsafe-header: made from the Data of`
}

func fieldByField(p *[16]byte) string {
	var h reflect.StringHeader
	h.Data = uintptr(unsafe.Pointer(p))
	h.Len = len(p)
	return *(*string)(unsafe.Pointer(&h)) // want `unsafe-header: a string is made from a header whose Data is an integer made from .p.`
}

func work() []byte { return make([]byte, 1<<10) }

func heldForAWhile(p *[16]byte) []byte {
	var real []byte
	h := (*reflect.SliceHeader)(unsafe.Pointer(&real))
	addr := uintptr(unsafe.Pointer(p))
	work()
	h.Data = addr // want `unsafe-header: the Data of a header is set to an integer made from .p. before`
	h.Len = 16
	h.Cap = 16
	return real
}
