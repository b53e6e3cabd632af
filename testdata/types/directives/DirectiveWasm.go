// Directives that stand in the wrong place.
package p

//go:wasmimport a b
func m()

//go:wasmexport f
func f() {}

//go:uintptrescapes
//go:norace
func g(uintptr) {}
