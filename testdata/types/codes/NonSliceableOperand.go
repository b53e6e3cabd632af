// What cannot be sliced.
package p

type S struct{}

func f(i int, s S, m map[int]int, p *[]int, pp **[2]int, a any) {
	_ = i[:]
	_ = s[1:]
	_ = m[:1]
	_ = p[:]
	_ = pp[:]
	_ = a[:]
	_ = 1[:]
	_ = nil[:]
	_ = f[:]
	_ = [2]int{1, 2}[:]
	_ = g()[1:]
}

func g() [2]int { return [2]int{} }

func h[P any, Q []int | []string, R []byte | string](p P, q Q, r R) {
	_ = p[:]
	_ = q[:]
	_ = r[:]
}
