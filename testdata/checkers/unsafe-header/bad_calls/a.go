// Headers that are made, filled and cast in different functions.
package bad

import (
	"reflect"
	"unsafe"
)

func address(p *[32]byte) uintptr { return uintptr(unsafe.Pointer(p)) }

func viaHelper(p *[32]byte) []byte {
	h := reflect.SliceHeader{Data: address(p), Len: 32, Cap: 32}
	return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header: .p. `
}

func header(p *[32]byte) reflect.SliceHeader {
	return reflect.SliceHeader{Data: uintptr(unsafe.Pointer(p)), Len: 32, Cap: 32}
}

func viaValue(p *[32]byte) []byte {
	h := header(p)
	return *(*[]byte)(unsafe.Pointer(&h)) // want `unsafe-header: .p. `
}

func fill(h *reflect.StringHeader, b []byte) {
	h.Data = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	h.Len = len(b)
}

func viaPointer(b []byte) string {
	h := new(reflect.StringHeader)
	fill(h, b)
	return cast(h)
}

func cast(h *reflect.StringHeader) string {
	return *(*string)(unsafe.Pointer(h)) // want `unsafe-header: .b.`
}
