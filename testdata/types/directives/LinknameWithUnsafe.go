// What go:linkname names.
package p

import _ "unsafe"

//go:linkname f runtime.f
func f()

//go:linkname missing runtime.missing

//go:linkname
func g() {}

//go:linkname g p.g
//go:linkname g p.h

//go:linkname T p.T
type T int

//go:linkname c p.c
const c = 1

//go:linkname a b c
