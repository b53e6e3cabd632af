// Nothing but a function.
func f() {}
