// Only complex numbers have an imaginary part.
package p

func f(i int, s string, c complex64) {
	_ = imag(i)
	_ = imag(s)
	_ = imag(c)
	_ = imag("a")
	_ = imag()
	_ = imag(1)
	imag(c)
}
