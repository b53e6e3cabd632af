// Package variables has variables and allocations that stay in frames, and some that do not.
package variables

type point struct{ x, y int }

type list struct {
	next *list
	data []int
}

var global *int

func stays() int {
	x := 1
	p := &x
	q := new(point)
	q.x = *p
	return q.x + len(make([]int, 8))
}

func moves() *int {
	x := 1
	return &x
}

func assigned() {
	var x, y int
	p := &x
	p = &y
	global = p
}

func throughPointer(l *list) {
	l.next = &list{data: make([]int, 4)}
}

func sizes(n int) {
	_ = make([]byte, 1<<16)
	_ = make([]byte, 1<<16+1)
	_ = make([]byte, n)
	var large [1 << 20]int
	p := &large
	p[0] = n
	_ = make(map[int]string, n)
}

// The new variable of each iteration outlives it.
func loops() {
	var kept *int
	for i := 0; i < 3; i++ {
		kept = &i
		inner := i
		kept = &inner
	}
	_ = kept
again:
	x := 0
	if kept == nil {
		kept = &x
		goto again
	}
}

func literals() ([]*int, map[string]*point, *[2]int) {
	a := 1
	_ = []int{1, 2, 3}
	_ = &point{1, 2}
	_ = [...]*int{&a}
	b := 2
	return []*int{&b}, map[string]*point{"origin": {}}, &[2]int{}
}

func unreachable() *int {
	x := 1
	if false {
		return &x
	}
	return nil
}
