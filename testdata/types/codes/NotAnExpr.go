// Types, packages and built-in functions are no values.
package p

type T int

var a = T
var b = int + 1
var c = []int
var d = map[string]int
var e = len
var f = func()
var g = *T
var h = struct{}

func i() {
	T
	int
	_ = T
	j(T)
	var x = []any{T, int}
	x[int] = 1
	if T {
	}
	switch T {
	}
	return T
}

func j(any) {}

var k = T == T
var l = -T
