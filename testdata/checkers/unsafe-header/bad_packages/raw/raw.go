// Package raw has headers of its own for others.
package raw

import "unsafe"

// Header is laid out as a slice.
type Header struct {
	Data uintptr
	Len  int
	Cap  int
}

// Of is the header of an array.
func Of(p *[4]int32) Header {
	return Header{Data: uintptr(unsafe.Pointer(p)), Len: 4, Cap: 4}
}
