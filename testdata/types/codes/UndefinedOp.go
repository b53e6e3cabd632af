// Operators that a type does not have.
package p

type S struct{ f []int }

var s S
var i interface{ m() }
var fn func()

func f(b bool, str string, p *int, m map[int]int, sl []int, c complex128, fl float64) {
	_ = b + b
	_ = -b
	_ = !str
	_ = str - str
	_ = p + p
	_ = ^fl
	_ = fl % fl
	_ = c < c
	_ = p < p
	_ = b < b
	_ = s == s
	_ = fn == fn
	_ = sl == sl
	_ = m == m
	_ = i < i
	_ = 1 && 2
	_ = b && 1
	_ = str || b
	_ = 1.5 & 2
	_ = "a" * "b"
	_ = nil + nil
	_ = sl + sl
	_ = sl + nil
	_ = -str
	_ = +"a"
	_ = ^1.5
	_ = ^"a"
	str -= "a"
	b += true
	sl += nil
	_ = [1][]int{} == [1][]int{}
}

func g[P any, O int | string, C comparable](p P, o O, c C) {
	_ = p == p
	_ = p + p
	_ = o + o
	_ = o - o
	_ = c < c
	_ = c == c
	_ = -o
}
