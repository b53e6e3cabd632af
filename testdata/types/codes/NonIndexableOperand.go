// What has no elements.
package p

type S struct{}

func f(i int, s S, p *[]int, c chan int, a any, pa *[2]int) {
	_ = i[0]
	_ = s[0]
	_ = p[0]
	_ = c[0]
	_ = a[0]
	_ = pa[0]
	_ = 1[0]
	_ = f[0]
	_ = nil[0]
	i[0] = 1
	_ = true[1]
	_ = struct{}{}[0]
	_ = len[0]
}

func g[P any, Q []int | map[int]int, R string | []byte](p P, q Q, r R) {
	_ = p[0]
	_ = q[0]
	_ = r[0]
	r[0] = 1
}
