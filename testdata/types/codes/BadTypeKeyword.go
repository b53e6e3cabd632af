// The word type belongs to switches.
package p

func f(x any) {
	_ = x.(type)
	y := x.(type)
	f(x.(type))
	x.(type)
	if x.(type) {
	}
	switch x.(type) {
	}
}
