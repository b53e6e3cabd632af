// Directives that stand in the wrong place.
package p

//go:noescape
func f() {}

//go:nointerface
func i() {}

//go:unknown
func h() {}

//go:noinline
func j() {}

//go:fix inline
func n() {}
