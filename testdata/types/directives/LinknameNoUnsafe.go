// Directives that stand in the wrong place.
package p

//go:linkname f runtime.f
func f()
