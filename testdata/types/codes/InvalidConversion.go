// Types that do not convert to each other.
package p

import "unsafe"

type S struct{ a int }
type T struct{ b int }
type I interface{ m() }

func f(i int, s string, p *int, e error, sl []int, fn func(), u unsafe.Pointer, ch <-chan int) {
	_ = int(s)
	_ = string(1.5)
	_ = string(sl)
	_ = []byte(i)
	_ = S(T{})
	_ = I(i)
	_ = I(S{})
	_ = (*string)(p)
	_ = bool(i)
	_ = int(true)
	_ = int("a")
	_ = error("a")
	_ = float64(s)
	_ = uintptr(p)
	_ = (*int)(i)
	_ = (chan int)(ch)
	_ = [2]int(s)
	_ = [2]string(sl)
	_ = (*[2]string)(sl)
	_ = int(nil)
	_ = []int(nil)
	_ = int()
	_ = int(1, 2)
	_ = func()(nil)
	_ = S{1}.(T)
	_ = string(e)
	_ = map[string]int(sl)
	int(1)
	_ = uint(-1)
	_ = int8(s[0]) + int8(i)
	_ = complex64(i)
}

func g[P any, Q int | string, R []byte | string](p P, q Q, r R) {
	_ = int(p)
	_ = int(q)
	_ = P(1)
	_ = string(r)
	_ = Q("a")
	_ = Q(1)
	_ = R(q)
}
