// Types that nothing tells.
package p

func a[P any]()              {}
func b[P, Q any](P)          {}
func c[P any](P, P)          {}
func d[P any]([]P)           {}
func e[P any](func(P) P)     {}
func g[P any]() P            { panic(0) }
func h[K comparable, V any](map[K]V) {}
func i[S ~[]E, E any](S)     {}
func j[P int | string](P)    {}

func f() {
	a()
	b(1)
	c(1, "a")
	c(1, 2.5)
	d(1)
	d([2]int{})
	e(func(int) string { return "" })
	_ = g()
	var x int = g()
	h([]int{})
	i(1)
	j(1.5)
	d(nil)
	c(nil, nil)
	_ = a
	y := b[int]
	var fn func(int) = c
	_ = fn
	c(x, y)
	a[int]()
}
