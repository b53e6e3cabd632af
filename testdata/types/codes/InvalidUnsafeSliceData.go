// Pointers from slices.
package p

import "unsafe"

func f(s []int, str string, a [2]int, p *int) {
	_ = unsafe.SliceData(s)
	_ = unsafe.SliceData(str)
	_ = unsafe.SliceData(a)
	_ = unsafe.SliceData(p)
	_ = unsafe.SliceData()
	_ = unsafe.SliceData(nil)
	unsafe.SliceData(s)
}
