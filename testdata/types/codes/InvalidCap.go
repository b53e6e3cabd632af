// What has a capacity.
package p

func f(s string, m map[int]int, sl []int, i int) {
	_ = cap(s)
	_ = cap(m)
	_ = cap(sl)
	_ = cap(i)
	_ = cap()
	_ = cap(sl, sl)
	_ = cap(nil)
	_ = cap("a")
	cap(sl)
}

func g[P any](p P) { _ = cap(p) }
