// Headers and addresses in package-level variables.
package bad

import (
	"reflect"
	"unsafe"
)

var shared reflect.SliceHeader

func publish(p *[8]byte) {
	shared.Data = uintptr(unsafe.Pointer(p))
	shared.Len = len(p)
	shared.Cap = len(p)
}

func current() []byte {
	return *(*[]byte)(unsafe.Pointer(&shared)) // want `unsafe-header: .p.`
}

var base uintptr

func remember(p *[8]byte) { base = uintptr(unsafe.Pointer(p)) }

func recall() string {
	h := reflect.StringHeader{Data: base, Len: 8}
	return *(*string)(unsafe.Pointer(&h)) // want `unsafe-header: a string is made .* made from .p.`
}

func Run(p *[8]byte) (string, []byte) {
	publish(p)
	remember(p)
	return recall(), current()
}
