// go:linkname needs the package unsafe.
package p

//go:linkname f runtime.f
func f()

//go:linkname
func g() {}

//go:linkname g
//go:linkname a b c

//go:linkname missing runtime.missing
