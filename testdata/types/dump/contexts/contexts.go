// Untyped operands in all contexts that can give them a type.
package contexts

import "unsafe"

type (
	Bool   bool
	Int    int8
	Str    string
	Float  float32
	Cplx   complex64
	Num    interface{ ~int | ~float64 }
	Method interface{ M() }
	Func   func(int, ...Float) (Bool, error)
)

func (Int) M() {}

func bools(x, y int, p *int, f func(Bool), g func(any), ok Bool) (Bool, any, bool) {
	var b Bool = x < y && p == nil
	b = x < y || ok
	b = !(x < y) == b
	f(x < y)
	g(x < y)
	g(x < y == true)
	g(!(p == nil))
	_ = b == (x < y)
	_ = (x < y) == b
	_ = map[Bool]bool{x < y: x > y}
	_ = []Bool{x < y, true, 1 < 2}
	_ = [2]any{x < y, 1 < 2}
	_ = struct{ a Bool }{x == y}
	_ = Bool(x < y)
	_ = bool(x < y)
	c := x < y
	_ = c
	ch := make(chan Bool)
	ch <- x == y
	switch x < y {
	case true, ok == true:
	}
	switch ok {
	case x < y, 1 > 2:
	}
	if x < y {
	}
	for x < y && bool(ok) {
	}
	func() Bool { return x < y }()
	_ = any(x < y)
	_ = any(x < y) == true
	_ = (x < y) != any(true)
	return x < y, x < y, x < y
}

func numbers[N Num](n N, s uint, i8 Int, f32 Float, c Cplx, a any, m Method) (N, Int, any, Method) {
	_ = n + 1
	_ = 1 + n
	_ = n * (2 + 3)
	_ = n == 1
	_ = 1<<s + i8
	_ = i8 + 1<<s
	_ = f32*2 + 1.5
	_ = c * 2i
	_ = 'a' + c
	_ = a == 1<<3
	_ = a == 1<<s
	_ = m == Int(1)
	_ = Int(1) == m
	_ = uint64(1)<<63>>s | 1<<s
	_ = -i8 ^ 1
	_ = ^1 & i8
	_ = +1 - f32
	i8 += 'a'
	i8 <<= 1 << 2.0
	i8 = 1 << s
	f32 /= 3
	n -= 2
	var arr [1 << 3]int
	_ = arr[1<<s]
	_ = arr[1<<2.0:]
	_ = arr[: 'a'-90 : 8.0]
	_ = make([]int, 1<<s, 1<<10)
	_ = "abc"[1<<s]
	_ = "abc"[1]
	_ = Str("abc")[:1]
	_ = [...]Int{1 << 2: 1, 'a'}
	_ = complex(1, f64())
	_ = complex(f32f(), 2)
	_ = unsafe.Add(nil, 1<<s)
	_ = 1.0 << 3
	_ = (1.0 << s) + i8
	var fn Func
	_, _ = fn(1, 2, 'a', 1<<3, 4.5)
	_, _ = fn('a', []Float{1, 2}...)
	_ = func(x ...any) any { return x }(1, 'a', 2.0, "s", nil, true, 1<<s, 1i)
	_ = max(n, 1)
	_ = min(2, f32, 'a')
	_ = max(1.0, 2, 'c')
	if x := 1 << s; x > 0 {
	}
	for i := 'a'; i < 1<<s; i += 1 {
	}
	for i := range 'd' {
		_ = i
	}
	for i := range Int(3) {
		_ = i
	}
	return 0, 1 << s, 1, Int(2)
}

func f64() float64  { return 0 }
func f32f() float32 { return 0 }

func nils(p *int, f func(), m map[string]int, s []int, c chan int, i any, u unsafe.Pointer) (*int, func(), map[string]int, []int, chan int, any, unsafe.Pointer, error) {
	_ = p == nil && nil != f || m == nil
	_ = nil == s || c == nil || nil == i || u != nil
	p, f, m, s, c, i, u = nil, nil, nil, nil, nil, nil, nil
	func(...any) {}(nil, nil)
	func(*int, ...error) {}(nil, nil, nil)
	_ = []*int{nil, 1: nil}
	_ = map[any]any{nil: nil}
	_ = (*int)(nil)
	_ = any(nil)
	_ = struct {
		p *int
		e error
	}{nil, nil}
	switch i {
	case nil:
	}
	switch p {
	case nil:
	}
	_ = append([]error{}, nil, nil)
	_ = append(s, nil...)
	c <- 0
	return nil, nil, nil, nil, nil, nil, nil, nil
}

func strings(b byte, r rune, i int, bs []byte, rs []rune, s Str) {
	_ = string(r) + "a"
	_ = "a" + s
	_ = s+"b" < "c"
	_ = Str("x") + Str('y')
	_ = string('a')
	_ = string(rune(65))
	_ = []byte("abc")
	_ = []rune(s)
	_ = string(bs) + string(rs)
	_ = Str(bs)
	_ = []Bytes{[]byte("a"), Bytes("b")}
	_ = len("abc") + len(s)
	const c = "a" + "b"
	const d = len(c)
	_ = c[d-1]
	s += "x"
	_ = s == c
	_ = append(bs, s...)
	_ = copy(bs, c)
	for i, r := range c + "x" {
		_, _ = i, r
	}
	for range s {
	}
	switch s {
	case "a", c:
	}
	_ = [...]string{"a", 3: c}
	_ = map[Str]string{"a": "b", c: c}
	_ = s[0] == 'a' && 'b' == s[1]
	_ = "\x80"[0]
	_ = string("abc"[1])
}

type Bytes []byte

const (
	c1  Int   = 100 + 27
	c2        = c1 &^ 1
	c3  Float = 1 / 3.0
	c4        = Float(c1) * c3
	c5        = 1 << (c1 & 3)
	c6        = Cplx(c3) * 2i
	c7        = -c1 - 1
	c8        = Str("a") + "b"
	c9        = c8 < "b"
	c10 Bool  = c9
	c11       = !c10
	c12       = uint8(255) + 0*1
	c13       = int64(-1 << 63)
	c14       = ^uint64(0) >> 3
	c15       = 7 % -3
	c16       = -7 / 2
	c17       = 1e100
	c18       = c17 * c17 / 3
	c19       = 'a' << 3
	c20       = 0x1p-1074
	c21       = 1 / 3. * 3
	c22       = real(c6) + 1
	c23       = uintptr(1<<32 - 1)
	c24       = float32(0.1)
	c25       = float64(0.1)
	c26       = complex128(c24)
	c27       = rune(0x10ffff)
	c28       = 5.0 == 5
	c29       = "a" + `b
c`
	c30 = 1_000_000 * .5e-3
)
