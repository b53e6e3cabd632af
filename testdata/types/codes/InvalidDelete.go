// What can be deleted from.
package p

func f(m map[string]int, s []int) {
	delete(s, 1)
	delete(m, 1)
	delete(m)
	delete()
	delete(m, "a", "b")
	delete(m, "a")
	delete(nil, 1)
	delete(1, 2)
	_ = delete(m, "a")
	delete(m, nil)
}

func g[P any, Q map[int]int | map[string]int](p P, q Q) {
	delete(p, 1)
	delete(q, 1)
}
