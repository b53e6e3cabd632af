// Memory that is taken for something else, by all functions of package unsafe.
package main

import "unsafe"

func reveal(any) {}

type record struct {
	count  int
	name   *string
	parts  [2]part
	next   *record
	weight float64
}

type part struct {
	id   int32
	data *int
}

type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

type eface struct {
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// The same fields under other names.
type twin struct {
	n     int
	title *string
	both  [2]part
	link  *twin
	mass  float64
}

func field(r *record, offset uintptr) unsafe.Pointer {
	return unsafe.Pointer(uintptr(unsafe.Pointer(r)) + offset)
}

func main() {
	s, d := new(string), new(int)
	last := &record{}
	r := &record{name: s, next: last}
	r.parts[1].data = d

	// Arithmetic with offsets that are known.
	name := (**string)(unsafe.Pointer(uintptr(unsafe.Pointer(r)) + unsafe.Offsetof(r.name)))
	reveal(*name) // points to new:45 new:69
	next := (**record)(unsafe.Add(unsafe.Pointer(r), unsafe.Offsetof(r.next)))
	reveal(*next) // points to new:46
	second := (*part)(unsafe.Add(unsafe.Pointer(&r.parts), unsafe.Sizeof(r.parts[0])))
	reveal(second.data) // points to new:45
	back := (*record)(unsafe.Add(unsafe.Pointer(&r.next), -int(unsafe.Offsetof(r.next))))
	reveal(back)                                  // points to new:47
	reveal((*float64)(unsafe.Pointer(&r.weight))) // points to new:47+8

	// A distance that is not known leads to all parts of the object, and to no other object.
	any := (**record)(field(r, uintptr(r.count)))
	reveal(*any) // points to new:46

	// Types with the same layout.
	t := (*twin)(unsafe.Pointer(r))
	reveal(t.title)        // points to new:45 new:69
	reveal(t.both[0].data) // points to new:45
	t.title = new(string)
	reveal(r.name) // points to new:45 new:69

	// Slices and their headers.
	list := make([]*int, 2)
	list[0] = d
	data := unsafe.SliceData(list)
	reveal(*data) // points to new:45
	again := unsafe.Slice(data, 1)
	reveal(again[0]) // points to new:45
	h := (*sliceHeader)(unsafe.Pointer(&list))
	reveal((*[2]*int)(h.data)[1]) // points to new:45
	var made []*int
	m := (*sliceHeader)(unsafe.Pointer(&made))
	m.data, m.len = unsafe.Pointer(data), 1
	reveal(made[0]) // points to new:45

	// The words of an interface.
	var x interface{} = d
	reveal((*int)((*eface)(unsafe.Pointer(&x)).data)) // points to new:45

	// Kept as a number, in memory of numbers.
	kept := []uintptr{uintptr(unsafe.Pointer(last))}
	reveal((*record)(unsafe.Pointer(kept[0])))      // points to new:46
	reveal((*record)(unsafe.Pointer(kept[0] &^ 7))) // points to new:46
}
