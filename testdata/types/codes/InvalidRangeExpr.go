// What has nothing to range over.
package p

type S struct{}

func f(s S, p *int, b bool, send chan<- int, c chan int, fl float64, ps *[]int, e any) {
	for range s {
	}
	for range p {
	}
	for range b {
	}
	for range send {
	}
	for i, j := range c {
		_, _ = i, j
	}
	for range fl {
	}
	for range ps {
	}
	for range nil {
	}
	for range e {
	}
	for range f {
	}
	for range 1.5 {
	}
	for i, j := range 3 {
		_, _ = i, j
	}
	for range func() {} {
	}
	for x := range func(yield func() bool) {} {
		_ = x
	}
	for x, y := range func(yield func(int) bool) {} {
		_, _ = x, y
	}
	for range func(yield func(int)) {} {
	}
	for range func(int) {} {
	}
	for range func(yield func(int) bool) int { return 0 } {
	}
	for range func(yield func(int, int, int) bool) {} {
	}
	var str string
	for str = range 10 {
	}
	for i := range 1 << 70 {
		_ = i
	}
	var i8 int8
	for i8 = range 1000 {
	}
	for range undefined {
	}
}

func g[P any, Q []int | map[int]int, R []int | []string](p P, q Q, r R) {
	for range p {
	}
	for _, x := range q {
		_ = x
	}
	for _, x := range r {
		_ = x
	}
}
