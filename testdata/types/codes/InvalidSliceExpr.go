// Strings have no capacity.
package p

func f(s string, b []byte) {
	_ = s[1:2:3]
	_ = "abc"[0:1:2]
	_ = b[1:2:3]
}

func g[P string | []byte](p P) {
	_ = p[1:2:3]
}
