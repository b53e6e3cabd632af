// What can be made.
package p

func f(n int, s string, fl float64) {
	_ = make(int)
	_ = make([2]int)
	_ = make(*[]int)
	_ = make(struct{})
	_ = make([]int)
	_ = make([]int, -1)
	_ = make([]int, s)
	_ = make([]int, fl)
	_ = make([]int, 1, 2, 3)
	_ = make(map[int]int, 1, 2)
	_ = make(chan int, "a")
	_ = make(n)
	_ = make()
	_ = make(1)
	_ = make([]int, 1<<70)
	_ = make(undefined, 1)
	_ = make([]int, nil)
	_ = make(chan int, 1, 2)
	make([]int, 1)
	_ = make(any)
}

func g[P any, Q []int | chan int, R []int | []string](n int) {
	_ = make(P)
	_ = make(Q, n)
	_ = make(R, n)
}
