// What has a length.
package p

func f(i int, p *int, ps *[]int, s struct{}, e error) {
	_ = len(i)
	_ = len(p)
	_ = len(ps)
	_ = len(s)
	_ = len(e)
	_ = len()
	_ = len("a", "b")
	_ = len(nil)
	_ = len(1)
	_ = len(f)
	len("a")
}

func g[P any, Q []int | map[int]int](p P, q Q) {
	_ = len(p)
	_ = len(q)
}
