package p

type Seq func(yield func(int) bool)
type Seq2 func(yield func(int, string) bool)

func find(seq Seq, want int) int {
	for v := range seq {
		if v == want {
			return v
		}
	}
	return -1
}

func sum(seq Seq) (total int) {
	for v := range seq {
		if v < 0 {
			continue
		}
		if v > 100 {
			break
		}
		total += v
	}
	return
}

func nested(a, b Seq) int {
	n := 0
outer:
	for x := range a {
		for y := range b {
			switch {
			case x == y:
				continue outer
			case x > y:
				break outer
			case y == 7:
				return y
			case y == 8:
				goto done
			}
			n++
		}
	}
done:
	return n
}

func keys(seq Seq2) {
	var k int
	for k, _ = range seq {
	}
	_ = k
	for range seq {
	}
}

func deferred(seq Seq, f func(int)) {
	for v := range seq {
		defer f(v)
	}
}

type tree struct{ left *tree }

func (t *tree) all(yield func(*tree) bool) {}

func method(t *tree) (n int) {
	for range t.all {
		n++
	}
	return n
}
