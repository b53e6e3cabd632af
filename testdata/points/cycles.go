// What goes around: loops, recursion, lists that contain themselves.
package main

func reveal(any) {}

type node struct {
	value *int
	next  *node
}

func last(n *node) *node {
	if n.next == nil {
		return n
	}
	return last(n.next)
}

func even(n int, x, y *int) *int {
	if n == 0 {
		return x
	}
	return odd(n-1, y, x)
}

func odd(n int, x, y *int) *int {
	if n == 0 {
		return y
	}
	return even(n-1, y, x)
}

func main() {
	x, y := new(int), new(int)
	var list []*int
	for range 3 {
		list = append(list, x)
	}
	reveal(&list[0]) // points to append:36+1
	reveal(list[0])  // points to new:33
	a, b := x, y
	for range 3 {
		a, b = b, a
	}
	reveal(a) // points to new:33 new:33
	n := &node{value: x}
	m := &node{value: y, next: n}
	n.next = m
	for range 3 {
		n = n.next
	}
	reveal(n)             // points to new:45 new:46
	reveal(last(m))       // points to new:45 new:46
	reveal(even(3, x, y)) // points to new:33
	var f func(int) *int
	f = func(n int) *int {
		if n == 0 {
			return y
		}
		return f(n - 1)
	}
	reveal(f(2)) // points to new:33
}
