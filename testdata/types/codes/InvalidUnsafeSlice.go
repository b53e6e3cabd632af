// Slices from pointers.
package p

import "unsafe"

func f(p *int, i int, fl float64, u unsafe.Pointer) {
	_ = unsafe.Slice(i, 1)
	_ = unsafe.Slice(u, 1)
	_ = unsafe.Slice(p, fl)
	_ = unsafe.Slice(p, -1)
	_ = unsafe.Slice(p, "a")
	_ = unsafe.Slice(p)
	_ = unsafe.Slice(nil, 1)
	_ = unsafe.Slice(p, i)
	_ = unsafe.Slice(p, 1.5)
}
