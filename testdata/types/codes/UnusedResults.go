// Calls that are for their result only.
package p

import "unsafe"

func f(s []int, m map[int]int) {
	len(s)
	append(s, 1)
	cap(s)
	complex(1, 2)
	make([]int, 1)
	new(int)
	real(1i)
	unsafe.Sizeof(s)
	unsafe.Slice(&s[0], 1)
	min(1, 2)
	int(1)
	[]byte("a")
	string(rune(1))
	copy(s, s)
	delete(m, 1)
	clear(m)
	recover()
	(f(s, m))
	defer len(s)
	go append(s, 1)
	defer int(1)
	go new(int)
	defer recover()
	defer unsafe.Sizeof(1)
}
