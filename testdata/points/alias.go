// Pairs of pointers: those that are never to the same variable, may be, must be.
package main

import "unsafe"

func compare(p, q *int) {}

type pair struct{ first, second int }

type outer struct {
	inner pair
	list  []int
	array [4]int
}

var (
	global outer
	other  int
)

func of(p *outer) *int { return &p.inner.first }

func fields(a, b *outer, i, j int) {
	compare(&a.inner.first, &a.inner.first)  // aliases: must
	compare(&a.inner.first, &a.inner.second) // aliases: never
	compare(&a.inner.first, &b.inner.first)  // aliases: may
	compare(&a.array[1], &a.array[1])        // aliases: must
	compare(&a.array[1], &a.array[2])        // aliases: may
	compare(&a.array[i], &a.array[i])        // aliases: must
	compare(&a.array[i], &a.array[j])        // aliases: may
	compare(&a.list[i], &a.list[i])          // aliases: may
	compare(&a.list[i], &a.array[i])         // aliases: never
	list := a.list
	compare(&list[i], &list[i]) // aliases: must
	compare(&list[i], &list[j]) // aliases: may
}

func globals(i int) {
	p := &global.inner.first
	compare(p, &global.inner.first)             // aliases: must
	compare(of(&global), p)                     // aliases: must
	compare(p, &global.inner.second)            // aliases: never
	compare(p, &other)                          // aliases: never
	compare(&global.array[i], &global.array[2]) // aliases: may
}

func fresh(n int) *int { return &[]int{n}[0] }

func main() {
	a, b := &outer{list: make([]int, 3)}, &outer{list: make([]int, 3)}
	fields(a, b, 1, 2)
	fields(b, a, 1, 2)
	globals(3)
	compare(fresh(1), fresh(2)) // aliases: never
	var last *int
	for n := range 3 {
		now := new(int)
		compare(now, now)  // aliases: must
		compare(now, last) // aliases: may
		if n > 0 {
			last = now
		}
	}
	one := (*int)(unsafe.Pointer(a))
	compare(one, &a.inner.second) // aliases: never
	compare(one, &a.inner.first)  // aliases: may
	compare(one, &other)          // aliases: never
	compare(nil, one)             // aliases: never
	choice := &other
	if len(a.list) > 5 {
		choice = &global.inner.first
	}
	compare(choice, &other) // aliases: may
}
