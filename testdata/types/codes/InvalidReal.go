// Only complex numbers have a real part.
package p

func f(fl float64, b bool, c complex64) {
	_ = real(fl)
	_ = real(b)
	_ = real(c)
	_ = real("a")
	_ = real(c, c)
	_ = real(nil)
	real(c)
}
