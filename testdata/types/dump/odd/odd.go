// What is left over: labels, directives, odd declarations, nested functions, recursion.
package odd

import (
	str "strings"
	_ "unsafe"
)

var (
	_             = f
	x, y          = 1, "a"
	z      any    = x
	fn            = func(n int) func() int { return func() int { return n + x } }
	_, ok         = z.(int)
	a1, a2        = two()
	arr           = [...]string{2: "c", 0: "a"}
	nested        = map[string][]struct{ p *int }{"a": {{nil}, {&x}}}
	self   func() = func() { self2() }
)

func self2() {}

func two() (a, b int) { return }
func f() {}

type (
	R1 []R1
	R2 map[string]R2
	R3 func(R3) R3
	R4 chan R4
	R5 *R5
	R6 struct {
		a, b *R6
		c    []R6
		d    map[string]R6
	}
	R7 interface {
		M(R7) R7
		N(R8)
	}
	R8 struct{ R7 }
	R9 [2]*R9
)

const (
	k0 = iota
	_
	k2
	k3, k4 = iota, -iota
	k5, k6
)

const k7, k8 uint8 = 1, 2

func labels(n int) (r int) {
L1:
	for i := 0; ; i++ {
	L2:
		switch {
		case i > n:
			break L1
		case i == 3:
			continue L1
		case i == 4:
			break L2
		}
		select {
		default:
			goto L3
		}
	}
L3:
	if n > 0 {
		goto L4
	}
L4:
	return
}

func shadows(x int, str2 string) {
	x, z := x+1, x
	_ = z
	{
		x := x
		var x2, str = x, str.ToUpper(str2)
		_ = str
		_ = x2
	}
	if x := x; x > 0 {
		x := x
		_ = x
	} else if x := -x; x > 1 {
		_ = x
	}
	type x2 = int
	var _ x2 = x
	const x3 = iota + len("ab")
	_ = x3
	var f func(int) int
	f = func(n int) int {
		if n == 0 {
			return 1
		}
		return n * f(n-1)
	}
	_ = f(3)
	for x := range x {
		defer func(x int) { _ = x }(x)
	}
	type T struct{ T *T }
	var T2 T
	_ = T2.T.T
	switch x := any(x).(type) {
	case interface{ int2() }:
		x.int2()
	default:
		_ = x
	}
	func() {
		type T int
		var t T
		_ = t + 1
	}()
	_ = func(a, b int, _ ...string) (_ int, c error) { return a + b, nil }
	m := map[string]int{}
	m["a"]++
	m["b"] += 2
	m["c"] |= 1 << 2
	p := &x
	*p++
	(*p) -= 1
	arr := [3]int{}
	arr[0], arr[1], m["x"], *p = 1, 2, 3, 4
	ch := make(chan int, 1)
	select {
	case m["a"] = <-ch:
	case arr[1], *(&ok) = <-ch:
	case v, ok := <-ch:
		_, _ = v, ok
	}
	_ = (x)
	_ = (*(&x))
	_ = (func())(nil)
	_ = [](func()){}
	_ = (map[string](int))(nil)
	_ = (<-chan int)(ch)
	_ = (struct{})(struct{}{})
	_ = interface {
		M()
		interface{ N() }
	}(nil)
	var _, _ = 1, 2
	var _ = func() int { return 1 }()
	_, _ = two()
	go func() {}()
	defer func() { _ = recover() }()
	if _, err := two(); err > 0 {
	}
	_ = R6{}.a.b.c[0].d["x"].a
	_ = R1{nil, {nil}}
	_ = R3(nil)(nil)
	var r5 R5
	_ = **r5
	var r7 R7
	_ = r7.M(r7).M
	_ = R8{r7}.M
}

func (r R1) m(_ R2) (R1, R2) { return r.m(nil) }
func (*R6) p()               {}
func (R9) q(R9) (r R9)       { return r.q(r) }
func init()                  { _ = R1(nil).m }
func init()                  { (&R6{}).p() }
func _()                     {}
func _[T any](t T)           { _ = t }
