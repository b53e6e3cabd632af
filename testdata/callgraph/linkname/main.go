// A function whose body is elsewhere, under another name.
package main

import _ "unsafe"

//go:linkname declared main.hidden
func declared(f func() int) int

func hidden(f func() int) int {
	return f() // vta: seven
}

func seven() int { return 7 }

func main() {
	println(declared(seven)) // vta: hidden
}
