// Directives that stand in the wrong place.
package p

func g() {
	//go:noinline
	x := func() {}
	x()
	//go:nosplit
}

//go:noinline
