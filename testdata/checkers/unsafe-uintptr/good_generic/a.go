// Generic helpers that stay within one expression.
package good

import "unsafe"

func index[T any](p *T, i int) *T {
	return (*T)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + uintptr(i)*unsafe.Sizeof(*p)))
}

func last[T any](s []T) *T { return index(&s[0], len(s)-1) }

func use() int { return *last([]int{1, 2, 3}) }
