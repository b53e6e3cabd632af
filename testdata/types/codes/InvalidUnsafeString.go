// Strings from pointers.
package p

import "unsafe"

func f(p *byte, q *int, s string, fl float64) {
	_ = unsafe.String(p, 1)
	_ = unsafe.String(q, 1)
	_ = unsafe.String(p, -1)
	_ = unsafe.String(p, fl)
	_ = unsafe.String(p, "a")
	_ = unsafe.String(p)
	_ = unsafe.StringData(s)
	_ = unsafe.StringData(p)
	_ = unsafe.StringData(1)
	_ = unsafe.StringData([]byte{})
	unsafe.String(p, 1)
}
