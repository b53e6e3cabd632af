package p

// Locals become values; a variable whose address is taken, or that a closure shares and someone
// assigns, is a cell.

type point struct{ x, y int }

func use(*int)

func merge(c bool) int {
	x := 1
	if c {
		x = 2
	}
	return x
}

func loop(n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		sum += i
	}
	return sum
}

func unchanged(n int, c bool) int {
	k := n * n
	for i := 0; i < n; i++ {
		if c {
			k2 := k
			_ = k2
		}
	}
	return k
}

func addressed() int {
	x := 1
	use(&x)
	return x
}

func structs(p point) point {
	p.x = p.y
	q := p
	q.y++
	return q
}

func nested(o struct{ p point; a [2]int }, i int) int {
	o.p.x = 3
	o.a[i] = o.p.x
	return o.a[0]
}

func bigArray(i int) byte {
	var buf [64]byte
	buf[i] = 1
	return buf[0]
}

func byValue() func() int {
	x := 1
	return func() int { return x }
}

func byReference() func() int {
	x := 1
	f := func() int { return x }
	x = 2
	return f
}

func recursive() int {
	var f func(int) int
	f = func(n int) int {
		if n == 0 {
			return 1
		}
		return n * f(n-1)
	}
	return f(5)
}

func twoLevels(n int) func() func() int {
	total := 0
	return func() func() int {
		total++
		return func() int { return total + n }
	}
}

func namedResult() (x int) {
	f := func() { x++ }
	f()
	return x
}

func swap(a, b int, s []int) (int, int) {
	a, b = b, a
	s[a], s[b] = s[b], s[a]
	a, s[a] = 1, 2
	return a, b
}

func gotos(n int) int {
	i := 0
again:
	i++
	if i < n {
		goto again
	}
	if i == 100 {
		goto out
	}
	i = 7
out:
	return i
}

func irreducible(c bool, n int) int {
	if c {
		goto b
	}
a:
	n--
b:
	if n > 0 {
		goto a
	}
	return n
}

func dead() int {
	return 1
	x := 2
	return x
}
