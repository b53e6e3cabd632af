// Types of interfaces only are asserted.
package p

func f(i int, e error, s []int) {
	_ = i.(int)
	_ = s.(any)
	_ = "a".(string)
	_ = nil.(int)
	_ = f.(func())
	_ = e.(error)
	switch i.(type) {
	}
	switch x := s.(type) {
	}
	_ = e.(undefined)
	x, ok, z := e.(error)
}

func g[P any](p P) {
	_ = p.(int)
	switch p.(type) {
	case int:
	}
}
