// One symbol under two names: a function and a variable.
package main

import _ "unsafe"

func reveal(any) {}

//go:linkname declared main.hidden
func declared(p *int) *int

func hidden(p *int) *int {
	reveal(p) // points to new:24 new:29
	shared = p
	return other
}

var shared *int

//go:linkname other main.shared
var other *int

func main() {
	reveal(other) // points to new:24 new:29
	p := declared(new(int))
	reveal(p)      // points to new:24 new:29
	reveal(shared) // points to new:24 new:29

	f := declared
	reveal(f(new(int))) // points to new:24 new:29
}
