// Nothing but what is wrong.
package p

func f(x int) (int, error) {
	if y, err := f(1); err != nil {
		return y
	}
	switch z := x; z {
	case "a":
	}
	for i, j := 0, "a"; i < j; i++ {
	}
	var s struct{ a, b int }
	s.c = s.d + 1
	s.a.b = 1
	func(a int) {
		return a
	}(1)
	go func() { return x }()
	defer func() (int, error) { return f("b") }()
	return f(x), nil
}
