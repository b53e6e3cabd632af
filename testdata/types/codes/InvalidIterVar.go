// Variables of iteration are names.
package p

func f(s []int, t struct{ f int }) {
	for t.f := range s {
	}
	for s[0], x := range s {
	}
	for 1 = range s {
	}
	for f() = range s {
	}
	for t.f, s[0] = range s {
	}
	for i, v, w := range s {
	}
}
