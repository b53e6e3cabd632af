// What pointers point to, and by which steps objects came there.
package main

import "fmt"

type node struct {
	value *int
	next  *node
}

type store interface {
	put(n *node)
	get() *node
}

type memory struct{ kept *node }

func (m *memory) put(n *node) { m.kept = n }

func (m *memory) get() *node { return m.kept }

var registry = map[string]store{}

func newNode(value *int) *node {
	return &node{value: value}
}

func lookup(name string) store {
	return registry[name]
}

func each(nodes []*node, visit func(*node)) {
	for _, n := range nodes {
		visit(n)
	}
}

func main() {
	count := 0
	first := newNode(&count)
	registry["m"] = &memory{}
	lookup("m").put(first)
	got := lookup("m").get()
	fmt.Println(got.value)
	var last *node
	each([]*node{got, {value: new(int)}}, func(n *node) {
		last = n
	})
	var any interface{} = last
	if n, ok := any.(*node); ok {
		fmt.Println(*n.value)
	}
}
