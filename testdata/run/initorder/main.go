// Package initialisation: by dependency, then by order of declaration; init functions last.
package main

import "fmt"

var (
	a = c + b
	b = f()
	c = 1
	d = g("d")
	_ = g("blank")
	x, y = two()
	z    = func() int { return y * 2 }()
)

var table = [...]string{2: "two", 0: "zero"}

func f() int {
	fmt.Println("f sees c =", c)
	c++
	return c
}

func g(s string) string {
	fmt.Println("g", s)
	return s
}

func two() (int, int) {
	fmt.Println("two sees d =", d)
	return 10, 20
}

func init() { fmt.Println("first init", a, b, c, len(table)) }

func init() { fmt.Println("second init", x, y, z) }

func main() { fmt.Println("main") }
