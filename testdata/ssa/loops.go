package p

func yield(func() int)
func sink(*int)

func perIteration(n int) {
	for i := 0; i < n; i++ {
		yield(func() int { return i })
	}
}

func perIterationCell(n int) {
	for i := 0; i < n; i++ {
		sink(&i)
	}
}

func changedInside(n int) {
	for i := 0; i < n; i++ {
		yield(func() int { i++; return i })
	}
}

func rangeCapture(s []int) {
	for i, v := range s {
		yield(func() int { return i + v })
	}
}

func ranges(n int, s []int, a [3]int, p *[3]int, str string, m map[string]int, c chan int) (sum int) {
	for i := range n {
		sum += i
	}
	for range 3 {
		sum++
	}
	for i, v := range s {
		sum += i + v
	}
	for _, v := range a {
		sum += v
	}
	for i := range a {
		sum += i
	}
	for i, v := range p {
		sum += i * v
	}
	for i, r := range str {
		sum += i + int(r)
	}
	for k, v := range m {
		sum += len(k) + v
	}
	for range m {
		sum++
	}
	for v := range c {
		sum += v
	}
	for range c {
		sum++
	}
	return
}

func assigned(s []int, p *struct{ k, v int }) {
	var i int
	for i, p.v = range s {
		p.k = i
	}
	for p.k = range s {
	}
}

func forever(c chan int) {
	for {
		<-c
	}
}

func typed() {
	for i := range uint8(10) {
		_ = i
	}
	var x int64
	for x = range 5 {
	}
	_ = x
}

func together(k int, s []int) {
	for k, s[k] = range s {
	}
}
