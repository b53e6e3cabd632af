// After each broken function the next one is read in full.
package p

func a() {
	f(1, 2
	g()
}

func b() int {
	return 1 +
}

func c() {
	x := []int{1, 2, 3
	y := 2
}

func ok() int { return 1 }

var v = )

func d( {
}

func ok2() int { return 2 }
