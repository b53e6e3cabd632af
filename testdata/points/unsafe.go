// Pointers that become something else and come back.
package main

import "unsafe"

func reveal(any) {}

type pair struct{ first, second *int }

type header struct {
	data     unsafe.Pointer
	len, cap int
}

type holder struct{ address uintptr }

func main() {
	x, y := new(int), new(int)
	p := &pair{x, y}
	u := unsafe.Pointer(p)
	reveal((*pair)(u)) // points to new:19
	second := *(**int)(unsafe.Add(u, 8))
	reveal(second) // points to new:18
	h := &holder{uintptr(u)}
	reveal((*pair)(unsafe.Pointer(h.address)))     // points to new:19
	reveal((*pair)(unsafe.Pointer(h.address + 0))) // points to new:19
	reveal((**int)(unsafe.Pointer(h.address + 8))) // points to new:19+2
	list := make([]*int, 1)
	list[0] = y
	array := (*[1]*int)((*header)(unsafe.Pointer(&list)).data)
	reveal(array[0])               // points to new:18
	reveal(unsafe.SliceData(list)) // points to make:28+1
}
