//go:build go1.99

// Written for a Go of the future.
package p

var a int = ""

func f() {}
