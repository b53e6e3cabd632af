// Directives that stand in the wrong place.
package p

//go:wasmexport f
func f() {}

//go:uintptrescapes
//go:norace
func g(uintptr) {}
