// Fields of structs, elements of collections, and what flows through them.
package main

func reveal(any) {}

type node struct {
	value *int
	next  *node
	both  [2]*string
}

var global *int

func main() {
	x, y := new(int), new(int)
	n := &node{value: x}
	m := &node{value: y, next: n}
	reveal(n.value)      // points to new:15
	reveal(m.next)       // points to new:16
	reveal(m.next.value) // points to new:15
	reveal(&m.value)     // points to new:17+1
	s := new(string)
	m.both[1] = s
	reveal(m.both[0]) // points to new:22

	list := []*int{x}
	list = append(list, y)
	reveal(list[0]) // points to new:15 new:15
	table := map[string]*node{"n": n}
	reveal(table["m"]) // points to new:16
	c := make(chan *node, 1)
	c <- m
	reveal(<-c) // points to new:17
	global = y
	reveal(global)  // points to new:15
	reveal(&global) // points to global
	copied := *m
	reveal(copied.value) // points to new:15
	array := [3]*int{y}
	slice := array[:]
	slice[0] = x
	reveal(array[1]) // points to new:15 new:15
}
