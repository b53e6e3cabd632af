package p

type inner struct{ n int }

func (i inner) value() int        { return i.n }
func (i *inner) pointer(k int) int { i.n += k; return i.n }

type outer struct {
	*inner
	other inner
	I
}

type I interface{ do(int) string }

type S struct{ inner }

func pair() (int, string)
func take(n int, s any)
func many(a int, rest ...any)

func calls(o outer, s *S, i I) {
	o.value()
	o.pointer(1)
	o.do(2)
	s.value()
	s.pointer(3)
	i.do(4)
	take(pair())
	many(1)
	many(1, 2, "x", nil)
	many(1, []any{3}...)
}

func methodValues(o outer, s *S, i I) (f, g func() int, h func(int) string) {
	f = o.value
	g = s.value
	h = i.do
	return
}

func methodExprs(s S, i I) int {
	a := inner.value
	b := (*S).pointer
	c := I.do
	c(i, 1)
	I.do(i, 2)
	(*inner).pointer(&s.inner, 3)
	return a(s.inner) + b(&s, 1) + S.value(s)
}

func addressedReceiver() int {
	var s S
	s.pointer(1)
	return s.value()
}

func builtins(s []int, m map[string]int, c chan int, b []byte, str string, z complex128) {
	s = append(s, 1, 2)
	b = append(b, str...)
	s = append(s)
	_ = copy(b, str)
	delete(m, "k")
	clear(m)
	close(c)
	_ = cap(s) + len(m) + len(str)
	_ = min(len(s), 3) + max(1, len(b))
	_ = complex(real(z), imag(z))
	println("x", len(s))
	p := new(int)
	*p = 1
	q := new(len(s))
	_ = q
	_ = make([]int, len(s), 10)
	_ = make(map[int]int)
	_ = make(chan int, 1)
	var a [3]int
	_ = len(a)
}

func slices(s []int, str string, a *[4]int) {
	var arr [4]int
	_, _, _, _ = s[1:], str[:2], a[1:2:3], arr[:]
}

func conversions(n int, f float64, s string, b []byte, r []rune, t []int) {
	type named []int
	_, _, _ = float32(n), int8(f), string(rune(n))
	_, _, _, _ = []byte(s), []rune(s), string(b), string(r)
	_, _ = [2]int(t), (*[2]int)(t)
	_ = named(t)
	var e any = n
	var w error
	e = w
	_ = e
}

func spread() ([]int, int, int)

func tuples() []int {
	println(pair())
	defer println(pair())
	return append(spread())
}
