// What integers are: constants, across calls, where all that gets there agrees.
package main

func reveal(int) {}

func double(x int) int { return 2 * x }

func addTo(x, y int) int { return x + y }

func pick(c bool, x, y int) int {
	if c {
		return x
	}
	return y
}

func countDown(n, x int) int {
	if n <= 0 {
		return x + 1
	}
	return countDown(n-1, x)
}

func forever(n int) int { return forever(n - 1) }

func apply(f func(int) int, x int) int { return f(x) }

func deferred(x int) { reveal(x) } // constant 21

var condition bool

func main() {
	reveal(double(21))            // constant 42
	reveal(double(double(3)))     // constant 12
	reveal(double(4) + double(5)) // constant unknown
	reveal(pick(condition, 3, 3)) // constant 3
	reveal(pick(condition, 3, 4)) // constant unknown
	reveal(countDown(5, 8))       // constant 9
	reveal(apply(double, 10))     // constant 20
	x := 7
	if condition {
		x = double(3) + 1
	}
	reveal(x) // constant 7
	defer deferred(3 * x)
	for i := range 10 {
		reveal(i) // constant unknown
		reveal(x) // constant 7
	}
	reveal(addTo(x, 1)) // constant unknown
	reveal(forever(1))
	reveal(1)
}
