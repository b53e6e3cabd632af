// One mistake is one error: what depends on it says nothing.
package p

import "fmt"

var a = missing // ERROR "undefined: missing"

var b = a.field + a.method()[1]

type T struct {
	x undefinedType // ERROR "undefined: undefinedType"
}

func f(t T, u Unknown) (V, int) { // ERROR "undefined: (Unknown|V)"
	t.x.y.z()
	for i, c := range t.x {
		u += i + c
	}
	return u, t.x
}

func g() {
	v, n := f(T{}, nil)
	v.method(n)
	w := nothing() // ERROR "undefined: nothing"
	x := []int{w, w.f, w[1]}
	x.y = 1 // ERROR "x.y undefined"
	fmt.Printn(x, w) // ERROR "undefined: fmt.Printn"
	if w {
		var unused = w // ERROR "declared and not used: unused"
	}
	switch y := w.(type) {
	case int:
		y++
	}
	for range w {
	}
}
