// Constraints are no types of values.
package p

type Number interface{ ~int | ~float64 }
type C interface{ comparable }

var a Number
var b comparable
var c []Number
var d map[string]C
var e func(Number) comparable
var f struct{ n Number }
var g *Number
var h chan Number

type T struct{ Number }
type U = Number
type V Number

func i(x Number, y ...C) (z comparable) {
	var _ Number
	_ = x.(Number)
	_ = Number(1)
	_ = []Number{}
	_ = any(1).(comparable)
	switch any(1).(type) {
	case Number:
	}
	return
}

func j[P Number, Q []Number]() {}
