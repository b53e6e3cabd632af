// Directives that stand in the wrong place.
package p

//go:noinline
var a = 1

//go:nosplit
type T int

//go:noinline
const c = 1

//go:noescape
func f() {}

func g() {
	//go:noinline
	x := func() {}
	x()
	//go:nosplit
}

//go:notinheap
type N int

//go:unknown
func h() {}

//go:nointerface
func i() {}

//go:systemstack
func j() {}

//go:cgo_import_dynamic x
func k() {}

//go:yeswritebarrierrec
func l() {}

//go:embed x

//go:wasmimport a b
func m()

//go:fix inline
func n() {}
