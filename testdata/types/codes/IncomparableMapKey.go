// Keys that cannot be compared.
package p

type S struct{ f []int }

var a map[[]int]string
var b map[func()]string
var c map[map[int]int]string
var d map[S]string
var e map[[2]S]string
var fine map[any]string

func f[P any, C comparable, S []int]() {
	var _ map[P]int
	var _ map[C]int
	var _ map[S]int
}

var _ = map[[]int]string{}
var _ = make(map[func()]int)
