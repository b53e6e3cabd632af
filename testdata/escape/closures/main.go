// Package closures has function literals that capture by value and by reference.
package closures

func called() int {
	x := 1
	func() { x++ }()
	return x
}

func byValue(p *int) func() int {
	x := 1
	return func() int { return x + *p }
}

func byReference() func() int {
	x := 1
	return func() int { x++; return x }
}

func variable() int {
	add := func(p *int, n int) *int { *p += n; return p }
	x := 1
	return *add(add(&x, 1), 2)
}

func twoResults(p *int) (int, error) {
	get := func(n int) (int, error) { return n + *p, nil }
	n, err := get(1)
	if err != nil {
		return n, err
	}
	return get(n)
}

func nested() func() func() *int {
	x := 1
	return func() func() *int {
		y := 2
		return func() *int {
			if x > y {
				return &x
			}
			return &y
		}
	}
}

func recursive(n int) int {
	var fact func(int) int
	fact = func(n int) int {
		if n == 0 {
			return 1
		}
		return n * fact(n-1)
	}
	return fact(n)
}

func perIteration() []func() int {
	var all []func() int
	for i := range 3 {
		all = append(all, func() int { return i })
	}
	for i := 0; i < 3; i++ {
		all = append(all, func() int { i++; return i })
	}
	return all
}

func large() func() byte {
	var table [200]byte
	return func() byte { return table[0] }
}

var initialized = func() *int { x := 1; return &x }()
