// Closures: what they share, and what each iteration has of its own.
package main

import "fmt"

func counter() (func() int, func()) {
	n := 0
	return func() int { n++; return n }, func() { n = 100 }
}

func fibonacci() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

type accumulator struct{ total int }

func (a *accumulator) add(n int) int { a.total += n; return a.total }
func (a accumulator) show() string   { return fmt.Sprint("total ", a.total) }

func compose(fs ...func(int) int) func(int) int {
	return func(x int) int {
		for _, f := range fs {
			x = f(x)
		}
		return x
	}
}

func main() {
	next, reset := counter()
	fmt.Println(next(), next())
	reset()
	fmt.Println(next())

	f := fibonacci()
	for range 8 {
		fmt.Print(f(), " ")
	}
	fmt.Println()

	var each []func() int
	for i := 0; i < 3; i++ {
		each = append(each, func() int { i *= 10; return i })
	}
	for _, f := range each {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()

	a := &accumulator{}
	add, show := a.add, a.show
	add(3)
	add(4)
	fmt.Println(a.total)
	fmt.Println(show(), accumulator.show(*a), (*accumulator).add(a, 5))

	fmt.Println(compose(func(x int) int { return x + 1 }, func(x int) int { return x * x })(4))

	var recursive func(int) int
	recursive = func(n int) int {
		if n < 2 {
			return 1
		}
		return n * recursive(n-1)
	}
	fmt.Println(recursive(10))

	x, y := 1, 2
	swap := func() { x, y = y, x }
	swap()
	fmt.Println(x, y)
	func() {
		x := x + 40
		x++
		y = x
	}()
	fmt.Println(x, y)
}
