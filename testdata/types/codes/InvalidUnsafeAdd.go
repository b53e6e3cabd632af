// Adding to pointers.
package p

import "unsafe"

func f(p unsafe.Pointer, i int, fl float64, q *int) {
	_ = unsafe.Add(p, fl)
	_ = unsafe.Add(p, "a")
	_ = unsafe.Add(p, 1.5)
	_ = unsafe.Add(q, 1)
	_ = unsafe.Add(p, i)
	_ = unsafe.Add(p)
	_ = unsafe.Add(i, 1)
	_ = unsafe.Add(p, -1)
	_ = unsafe.Add(nil, 1)
	_ = unsafe.Add(p, nil)
	unsafe.Add(p, 1)
}
