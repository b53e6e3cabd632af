// Constants and untyped values: when they get their types, and which.
package untyped

import "unsafe"

const (
	big      = 1 << 500
	third    = 1.0 / 3
	huge     = 1e400
	tiny     = 1e-400
	quotient = big / 3
	complexC = 1 + 2i
	ratio    = complexC * complexC / (3 - 1i)
	r        = 'x' + 1.0
	text     = "a\xffb" + "\u00e9"
	length   = len(text)
	index    = text == "b"
	mask     = ^uint8(0) &^ 3
	neg      = -5 % 3
	shifted  = 1.0 << 3
)

const (
	a, b = iota, iota * 10
	_, _
	c, d
	e = len([iota + 1]int{})
	f
	g float32 = 1 << iota
	h
	i, j = unsafe.Sizeof(struct {
		b byte
		w uintptr
	}{}), "s"
	k, l
)

type (
	kind  uint8
	flags float64
)

const (
	first kind = iota + 1
	second
	third3 = first + second
	fl     = flags(1) / 3
)

func shifts(n uint, s []int, m map[int8]string) {
	var i = 1 << n
	var j int8 = 1 << n
	var k = uint64(1 << n)
	var f float64 = float64(int(1) << n)
	var w = int64(1.0<<n) != 0
	var x = s[1.0<<n]
	var y = make([]byte, 1.0<<n)
	var z = m[1<<n]
	var v = 1<<n == 2<<n
	var u = j + 1<<n
	var t any = 1 << n
	var bits = 1 << 3.0
	_, _, _, _, _, _, _, _, _, _, _, _ = i, j, k, f, w, x, y, z, v, u, t, bits
	var q = -(1 << n)
	var q2 int16 = ^(1<<n | 1)
	var q3 = (1 << n) + 'a'
	var q4 = string(rune(1 << n))
	_, _, _, _ = q, q2, q3, q4
	s[1<<n] <<= 1.0
	const c = 3
	_ = c << n
	_ = uint8(c) << n >> 1
	println(1<<n, 1.0, 'a', "s", nil == any(nil), 2i)
}

func conversions(p *int, fn func(), ch chan int, iface any) (any, error) {
	var x any = 1
	x = 'a'
	x = 2.5
	x = 2i
	x = "s"
	x = x == nil
	x = true && x != nil
	var b bool = p == nil || fn == nil
	type myBool bool
	var mb myBool = 1 < 2
	mb = p != nil
	mb = !(p != nil)
	_ = mb
	_ = b == (p == nil)
	_ = float32(1) == 1
	_ = []any{1, 'a', 2.0, nil, "x"}
	_ = map[any]any{1: nil, "a": 1 << 3, 1.5: 'x'}
	_ = [...]float64{2: 1, 'a': 2, 3: 1 / 2.0}
	_ = [...]string{first: "one", second: "two"}
	_ = []byte("abc" + "d")
	_ = string([]byte{'a', 98})
	_ = []rune("abc")
	_ = (*int)(nil)
	_ = (func())(nil)
	_ = unsafe.Pointer(nil)
	_ = uintptr(unsafe.Pointer(p)) + 1
	_ = iface == 1
	_ = 1 == iface
	_ = iface != "s"
	ch <- 1.0
	ch <- 'a'
	if ch == nil {
		return nil, nil
	}
	return 1 + 2i, nil
}

func index_(s string, arr [4]int, pa *[4]int) {
	_ = s[1]
	_ = "abc"[1]
	_ = "abc"[:2]
	_ = s[:]
	_ = arr[1:2:3]
	_ = pa[1:]
	_ = text[1]
	_ = len(arr)
	_ = len(pa)
	_ = cap(pa)
	_ = len([...]int{1, 2, 3})
	_ = len([2]func() int{func() int { return 1 }})
	_ = len([1]int{len(s)})
	_ = arr['\x01']
	_ = arr[2.0]
}

var (
	_ = -1 >> 1
	_ = ^0
	_ = 5 / 2
	_ = 5 / 2.0
	_ = 5.0 / 2
	_ = 'a' * 1.0
	_ = real(complexC) + imag(2i)
	_ = complex(1, 2.0)
	_ = uint32(1<<32 - 1)
	_ = float32(third)
	_ = complex64(third)
	_ = int64(1e3)
	_ = big >> 498
	_ = huge * tiny
	_ = min(1, 2.0, 'a')
	_ = max("a", "b")
	_ = 0x1p-2 + 0b11 + 0o17 + 017 + 1_000
	_ = 0x1.8p3i
	_ = !true
	_ = +second
	_ = quotient > third
)
