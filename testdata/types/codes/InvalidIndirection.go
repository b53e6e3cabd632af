// Only pointers point.
package p

import "unsafe"

func f(i int, a any, p *int, u unsafe.Pointer, s []int) {
	_ = *i
	_ = *a
	_ = **p
	_ = *u
	_ = *s
	_ = *1
	_ = *nil
	*i = 1
	_ = *f
	_ = i.f
	_ = *p
}

func g[P any, Q *int | *string, R *int](p P, q Q, r R) {
	_ = *p
	_ = *q
	_ = *r
}
