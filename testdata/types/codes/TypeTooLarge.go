// Types beyond the memory.
package p

import "unsafe"

type T [1 << 60]int64

var a = unsafe.Sizeof(T{})

type S struct {
	a [1 << 60]int64
	b int
}

const b = unsafe.Sizeof(S{})
