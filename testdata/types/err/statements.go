// Statements and assignments that are wrong.
package p

import "os" // ERROR ".os. imported and not used"

func f() int {
	for {
		break
	}
} // ERROR "missing return"

func g(s string, n int) (x int, err error) {
	var unused int // ERROR "declared and not used: unused"
	n := 1         // ERROR "no new variables on left side of :="
	s = n          // ERROR "cannot use n .variable of type int. as string value in assignment"
	s + 1          // ERROR "s . 1 .mismatched types string and untyped int."
	var a, b = h() // ERROR "assignment mismatch: 2 variables but h returns 1 value"
	_, _ = a, b
	h()++ // ERROR "cannot assign to"
	n <<= 1.5 // ERROR "truncated"
	if n { // ERROR "non-boolean condition in if statement"
	}
	{
		x := 1
		_ = x
		return // ERROR "result parameter x not in scope at return"
	}
	return 1 // ERROR "not enough return values"
}

func h() int {
	goto L // ERROR "goto L jumps over variable declaration"
	x := 1
	_ = x
L:
	switch 1 {
	case 1, 1: // ERROR "duplicate case 1"
		fallthrough // ERROR "cannot fallthrough final case in switch"
	}
	continue // ERROR "continue is not in a loop"
unused: // ERROR "label unused declared and not used"
	var c <-chan int
	c <- 1 // ERROR "cannot send to receive-only channel <-chan int c .variable of type <-chan int."
	_ = map[string]int{"a": 1, "a": 2} // ERROR "duplicate key .a. in map literal"
	_ = [2]int{1, 2, 3} // ERROR "index 2 is out of bounds"
	_ = struct{ x int }{y: 1} // ERROR "unknown field y in struct literal"
	var i interface{ m() } = 1 // ERROR "missing method m"
	_ = i.(int) // ERROR "impossible type assertion"
	nil := 3
	return nil.x // ERROR "nil.x undefined"
}
