// What can be appended to.
package p

func f(s []int, a [2]int, m map[int]int, b []byte) {
	_ = append(1, 2)
	_ = append(a, 1)
	_ = append(m, 1)
	_ = append(nil, 1)
	_ = append(s, "a")
	_ = append(s, s)
	_ = append(s, []string{}...)
	_ = append()
	_ = append(b, "a"...)
	_ = append(s, "a"...)
	_ = append(s, 1.5)
	append(s, 1)
	_ = append("a", 'b')
}

func g[P any, Q []int | []string](p P, q Q) {
	_ = append(p, 1)
	_ = append(q, 1)
}
