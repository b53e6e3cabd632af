// Memory that serves several types by way of unsafe, and copies of functions that make closures.
package main

import "unsafe"

func reveal(any) {}

type value struct {
	id   int
	args []*value
}

type block struct {
	id    int
	last  *value
	succs []*block
}

var spare []*value

// Slices of values are used for blocks, too.
func blocks(n int) []*block {
	memory := spare
	return unsafe.Slice((**block)(unsafe.Pointer(unsafe.SliceData(memory))), n)
}

var none [0]byte

// A getter of its own for each call.
func later(p *int) func() *int {
	return func() *int { return p }
}

func main() {
	spare = make([]*value, 8)
	spare[0] = new(value)
	reveal(spare[0]) // points to new:36
	list := blocks(4)
	list[1] = new(block)
	reveal(list[1])  // points to new:39
	reveal(spare[0]) // points to new:36

	// Numbers are no pointers.
	buffer := new([64]byte)
	wrong := (*block)(unsafe.Pointer(buffer))
	reveal(wrong) // points to nothing
	right := (*[8]uint64)(unsafe.Pointer(buffer))
	reveal((*[64]byte)(unsafe.Pointer(right))) // points to new:44
	view := (*struct {
		id   int
		last unsafe.Pointer
	})(unsafe.Pointer(list[1]))
	reveal((*block)(unsafe.Pointer(view))) // points to new:39

	reveal(unsafe.SliceData(none[:])) // points to none+1

	x := new(int)
	y := new(int)
	first, second := later(x), later(y)
	reveal(first())  // points to new:57
	reveal(second()) // points to new:58

	// Memory of a type holds pointers to that type, also where it is written without one.
	v := new(value)
	list[1].last = nil
	slot := (*unsafe.Pointer)(unsafe.Pointer(&list[1].last))
	*slot = unsafe.Pointer(v)
	*slot = unsafe.Pointer(list[1])
	*slot = unsafe.Pointer(buffer)
	reveal(list[1].last)    // points to new:64
	reveal((*value)(*slot)) // points to new:64

	// What has pointers is no number, but may be looked at as bytes.
	number := (*uint64)(unsafe.Pointer(list[1].last))
	reveal((*value)(unsafe.Pointer(number))) // points to new:64
	wrongly := (*uint64)(unsafe.Pointer(&list[1].last))
	reveal((**value)(unsafe.Pointer(wrongly))) // points to nothing
	bytes := (*[8]byte)(unsafe.Pointer(&list[1].last))
	reveal((**value)(unsafe.Pointer(bytes))) // points to new:39+2
}
