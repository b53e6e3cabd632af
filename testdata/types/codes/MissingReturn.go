// Functions that end without a result.
package p

func a() int {}

func b(x bool) int {
	if x {
		return 1
	}
}

func c(x bool) int {
	if x {
		return 1
	} else {
	}
}

func d() int {
	for true {
	}
}

func e() int {
	for {
		break
	}
}

func f(x int) int {
	switch x {
	case 1:
		return 1
	}
}

func g(x int) int {
	switch x {
	case 1:
		return 1
	default:
		break
	}
}

func h(c chan int) int {
	select {
	case <-c:
	}
}

func i() (x int) {
	x = 1
}

func j() int { panic(1) }
func k() int { for {} }
func l() int { goto l; l: return 1 }
func m() int { { return 1 } }
func n() int { select {} }

var o = func() int { x := 1; _ = x }

func q() int {
outer:
	for {
		for {
			break outer
		}
	}
}

func r(x any) int {
	switch x.(type) {
	case int:
		return 1
	default:
		fallthrough
	}
}
