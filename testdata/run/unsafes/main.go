// Operations of package unsafe: sizes, views of memory, pointers that are moved.
package main

import (
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"
)

type mixed struct {
	a bool
	b int64
	c uint16
	d string
	e struct{}
}

type header struct {
	data unsafe.Pointer
	len  int
}

const size = unsafe.Sizeof(mixed{}) + unsafe.Offsetof(mixed{}.d)

func size2[T any]() uintptr { var x T; return unsafe.Sizeof(x) }

func main() {
	var m mixed
	fmt.Println(size, unsafe.Alignof(m.c), unsafe.Offsetof(m.e), unsafe.Sizeof(m.d))
	fmt.Println(size2[int8](), size2[[3]int16](), size2[any](), size2[struct {
		a int8
		b int32
	}]())
	m.c = 0x1234
	p := unsafe.Pointer(&m)
	c := (*uint16)(unsafe.Add(p, unsafe.Offsetof(m.c)))
	*c++
	bytes := (*[2]byte)(unsafe.Pointer(c))
	fmt.Printf("%#x %#x\n", m.c, *bytes)
	bytes[1] = 0xff
	fmt.Printf("%#x\n", m.c)
	d := (*string)(unsafe.Pointer(uintptr(p) + unsafe.Offsetof(m.d)))
	*d = "text"
	fmt.Println(m.d, (*header)(unsafe.Pointer(d)).len)

	f := 1.5
	fmt.Println(*(*uint64)(unsafe.Pointer(&f)) == math.Float64bits(f))
	list := []int32{1, 2, 3, 4}
	view := unsafe.Slice((*int64)(unsafe.Pointer(&list[0])), 2)
	view[1] = 5<<32 | 6
	fmt.Println(list, len(view), cap(view))
	second := (*int32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(list)), 4))
	*second = 20
	back := (*int32)(unsafe.Add(unsafe.Pointer(second), -4))
	fmt.Println(list, *back, unsafe.SliceData(list[2:]) == &list[2], unsafe.SliceData([]int(nil)) == nil)
	raw := []byte("hello")
	s := unsafe.String(&raw[1], 3)
	raw[2] = 'L'
	fmt.Println(s, unsafe.String(unsafe.SliceData(raw), len(raw)), *unsafe.StringData(s) == 'e')
	fmt.Println(len(unsafe.Slice((*int)(nil), 0)), unsafe.Slice((*int)(nil), 0) == nil)
	func() {
		defer func() { fmt.Println(recover()) }()
		n := -1
		fmt.Println(unsafe.Slice(&list[0], n))
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		n := 1
		fmt.Println(unsafe.Slice((*int)(nil), n))
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		n := -1
		fmt.Println(unsafe.String(&raw[0], n))
	}()
	type point struct{ x, y int32 }
	points := []point{{1, 2}, {3, 4}}
	numbers := unsafe.Slice(&points[0].x, 4)
	fmt.Println(numbers)
	array := (*[2]point)(points)
	fmt.Println(unsafe.Pointer(&array[1]) == unsafe.Add(unsafe.Pointer(array), unsafe.Sizeof(points[0])))
	var word unsafe.Pointer
	value := 42
	atomic.StorePointer(&word, unsafe.Pointer(&value))
	fmt.Println(*(*int)(atomic.LoadPointer(&word)), uintptr(unsafe.Pointer(nil)))
}
