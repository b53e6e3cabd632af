package p

var (
	_ = 1 + 2*3<<4 == 5 && !b || -c^d > +e
	_ = a - b - c
	_ = <-ch + <-<-ch
	_ = (<-chan int)(ch)
	_ = <-chan int(ch)
	_ = *p.q.r
	_ = &T{1, 2}
	_ = &[]*T{{1}, {x: 2}, &T{}}
	_ = [...]string{2: "c", "d"}
	_ = map[string][]int{"a": {1, 2}, "b": nil}
	_ = struct{ x int }{x: 1}
	_ = s[1:2], s[:], s[1:], s[:2], s[:2:3], s[1:2:3]
	_ = x.(T).(interface{ M() })
	_ = func(x int) int { return x }(1)
	_ = (*T).Method
	_ = new(expr + 1)
	_ = []byte("x")
	_ = 'a' + '\n' + '\'' + '\x41' + '\u00e9' + '\U0001F600' + '\101' + '世'
	_ = 0 + 017 + 0o17 + 0b1_0 + 0xFF_ff + 1_000 + .5 + 1. + 1e-3 + 0x1p-2 + 0x.8p1 + 2i + 0x1p2i
	_ = "é\t\"" + `raw
string`
	naïve, 変数 = 1, 2
)

func header() {
	if (T{}) == x {
	}
	if f(T{}) {
	}
	for _, x := range []T{{1}} {
	}
	if x == [2]int{1, 2}[0] {
	}
	switch (struct{}{}) {
	}
}
