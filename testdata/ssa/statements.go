package p

type rec struct {
	n    int
	next *rec
	m    map[string]int
}

func f() int

func ops(r *rec, s []int, m map[string]int, a, b uint8, sh int) {
	r.n += f()
	s[f()] *= 2
	m["k"]++
	r.next.m["j"] -= f()
	*&r.n = 3
	_ = a<<sh | b&^a
	_ = f()
	r, r.next = r.next, nil
	var x, y = f(), "s"
	_, _ = x, y
	x, z := f(), f()
	_, _ = x, z
}

func strings(a, b string) (string, bool, byte) {
	return a + b + "c" + a, a < b, a[1]
}

func chans(c chan any, d chan<- int) {
	c <- 1
	d <- f()
	<-c
	_ = <-c
}

func deref(pp **rec) int {
	return (*pp).next.n + (**pp).n
}

func embedded(x struct{ rec }) int {
	return x.n + x.next.n
}

func arrays(f func() [3]int, i int) int {
	return f()[i]
}

func noResult() {
	panic(f())
}

func missing() int {
	for {
	}
}

func shiftCounts(x uint64) uint64 {
	x <<= 2.0
	return x >> (64 - 0.0)
}
