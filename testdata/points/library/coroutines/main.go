// Iterators of the library: package iter, slices and maps.
package main

import (
	"iter"
	"maps"
	"slices"
)

func reveal(any) {}

type ring struct{ items []*int }

func (r *ring) All() iter.Seq[*int] {
	return func(yield func(*int) bool) {
		for _, item := range r.items {
			if !yield(item) {
				return
			}
		}
	}
}

func (r *ring) Pairs() iter.Seq2[*string, *int] {
	return func(yield func(*string, *int) bool) {
		for _, item := range r.items {
			if !yield(new(string), item) {
				return
			}
		}
	}
}

func main() {
	a := new(int)
	b := new(int)
	one := &ring{[]*int{a}}
	other := &ring{[]*int{b}}

	// A loop turned inside out gives what the loop would.
	next, stop := iter.Pull(one.All())
	v, _ := next()
	reveal(v) // points to new:35
	stop()
	next2, stop2 := iter.Pull2(other.Pairs())
	k, w, _ := next2()
	reveal(k) // points to new:27
	reveal(w) // points to new:36
	stop2()

	// What the library collects: calls of one instance of a large function share what it makes.
	s := new(int8)
	t := new(int8)
	u := new(int16)
	list := slices.Collect(slices.Values([]*int8{s}))
	reveal(list[0]) // points to new:52 new:53
	table := map[*int8]*int16{t: u}
	for k, v := range maps.All(table) {
		reveal(k) // points to new:53
		reveal(v) // points to new:54
	}
	keys := slices.Collect(maps.Keys(table))
	reveal(keys[0]) // points to new:52 new:53
	for i, v := range slices.Backward([]*int16{u}) {
		_ = i
		reveal(v) // points to new:54
	}
	copied := maps.Collect(maps.All(table))
	for k, v := range copied {
		reveal(k) // points to new:53
		reveal(v) // points to new:54
	}
}
