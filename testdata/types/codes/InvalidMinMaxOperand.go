// What has an order.
package p

func f(i int, s string, b bool, c complex128, p *int, fl float64, a any) {
	_ = min(b, b)
	_ = max(c, c)
	_ = min(p)
	_ = max(i, fl)
	_ = min(i, s)
	_ = max(i, "a")
	_ = min(1, "a")
	_ = max(s, 1)
	_ = min(nil, 1)
	_ = max(i, 1.5)
	_ = min(a, a)
	_ = max()
	_ = min([]int{}...)
	max(1, 2)
	_ = min(1i, 2)
	_ = max(i, 1)
	_ = min(true, 1)
}

func g[P any, Q int | string](p P, q Q) {
	_ = min(p, p)
	_ = max(q, q)
}
