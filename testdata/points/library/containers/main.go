// Containers of the standard library keep what is put into each apart.
package main

import (
	"maps"
	"sync"
	"sync/atomic"
)

func reveal(any) {}

type box struct{ p *int }

func main() {
	x, y := new(int), new(int)

	one, two := &sync.Pool{}, &sync.Pool{New: func() any { return new(string) }}
	one.Put(x)
	two.Put(y)
	reveal(one.Get()) // points to new:15
	reveal(two.Get()) // points to new:15 new:17

	var first, second sync.Map
	first.Store("key", x)
	second.Store(y, "value")
	got, _ := first.Load("key")
	reveal(got) // points to new:15
	second.Range(func(key, value any) bool {
		reveal(key)   // points to new:15
		reveal(value) // points to plain
		return true
	})

	var a, b atomic.Pointer[int]
	a.Store(x)
	b.Store(y)
	b.CompareAndSwap(y, new(int))
	reveal(a.Load()) // points to new:15
	reveal(b.Load()) // points to new:15 new:37

	var v, w atomic.Value
	v.Store(x)
	w.Store(box{y})
	reveal(v.Load())         // points to new:15
	reveal(w.Load().(box).p) // points to new:15

	table := map[string]*int{"x": x}
	reveal(maps.Clone(table)["x"]) // points to new:15

	var once sync.Once
	once.Do(func() { reveal(x) }) // points to new:15
}
