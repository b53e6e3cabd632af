// Bounds of slices that have three.
package p

func f(s []int, t string) {
	_ = s[1::3]
	_ = s[1:2:]
	_ = t[1:2:3]
}
