package p

import fmt
import 1

var x int

import "late"

type T
type A [N,]int
type E[] int
type I interface {
	m[T any]()
	(x)
}
type S struct {
	(T)
	1
}

func (T, U) two() {}
func () none() {}
func () {}
func f(a, b int, string) {}
func g(a ...int, b int) {}
func h[P]() {}
func i(x ...) {}

x := 1

func j()
{
}

func last( {
