// No offset behind a pointer.
package p

import "unsafe"

type E struct{ f int }

type T struct {
	*E
}

type V struct {
	E
}

func (E) m() {}

var a = unsafe.Offsetof(T{}.f)
var b = unsafe.Offsetof(V{}.f)
var c = unsafe.Offsetof(T{}.E)
var d = unsafe.Offsetof(V{}.m)
