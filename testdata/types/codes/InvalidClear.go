// What can be cleared.
package p

func f(s []int, m map[int]int, a [2]int, i int, str string) {
	clear(s)
	clear(m)
	clear(a)
	clear(i)
	clear(str)
	clear(&a)
	clear(nil)
	clear()
	clear(s, m)
	_ = clear(s)
}

func g[P any, Q []int | map[int]int](p P, q Q) {
	clear(p)
	clear(q)
}
