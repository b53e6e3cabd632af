package p

type T struct{ f int }

func (t *T) m() int { return t.f }

func and(a, b bool) bool   { return a && b }
func or(a, b bool) bool    { return a || !b }
func mixed(a, b, c bool) int {
	if a && (b || c) {
		return 1
	}
	return 2
}

func nilTest(t *T) int {
	if t == nil {
		return 0
	}
	return t.m()
}

func nilAfterJoin(t *T) *T {
	if t != nil {
		t.m()
	}
	return t
}

func both(t, u *T) int {
	if t != nil && u != nil {
		return t.f + u.f
	}
	return 0
}

func commaOK(m map[string]*T, k string) int {
	t, ok := m[k]
	if !ok {
		return -1
	}
	return t.f
}

func assertion(x any) int {
	if n, ok := x.(int); ok {
		return n
	}
	if s, ok := x.(string); ok && s != "" {
		return len(s)
	}
	return x.(*T).f
}

func received(c <-chan int) int {
	v, ok := <-c
	if ok {
		return v
	}
	return 0
}

const debug = false

func constants(n int) int {
	if debug {
		n = 100
	}
	if true || n > 3 {
		n++
	}
	return n
}

func comparisons(x any, e error, n int, p *T, f func()) (a, b, c, d bool) {
	return x == n, e != nil, x == e, f == nil
}
