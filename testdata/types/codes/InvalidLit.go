// Types that have no literals.
package p

type Int int
type P *struct{}

var a = int{}
var b = Int{1}
var c = P{}
var e = (chan int){}
var g = (*struct{}){}
var h = undefined{}
var i = undefined{a: unknown, 1}

func j[Q any, R []int | [2]int, S []int]() {
	_ = Q{}
	_ = R{}
	_ = S{1}
}
