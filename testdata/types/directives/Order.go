// Errors in the order of places, and none twice in a line.
package p

func f() {
	_ = b + b
	_ = a
}

var x = a

func g() { return 1 }

//go:noinline
var y = c
