// Functions and interfaces that pass through unsafe pointers.
package main

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

type named interface{ name() string }

type cat struct{}

func (cat) name() string { return "cat" }

type dog struct{}

func (dog) name() string { return "dog" }

type bird struct{}

func (bird) name() string { return "bird" }

type public struct{ run func() int }

type private struct{ go_ func() int }

func three() int { return 3 }

func four() int { return 4 }

func main() {
	f := three
	p := unsafe.Pointer(&f)
	println((*(*func() int)(p))()) // vta: three

	s := &public{four}
	println((*private)(unsafe.Pointer(s)).go_()) // vta: four

	var v atomic.Value
	v.Store(cat{})
	println(v.Load().(named).name()) // vta: cat.name, sync/atomic.Value.Load

	var a atomic.Pointer[named]
	n := named(dog{})
	a.Store(&n)
	println((*a.Load()).name()) // vta: dog.name, sync/atomic.Pointer.Load[named]

	pool := sync.Pool{New: func() any { return bird{} }}
	println(pool.Get().(named).name()) // vta: cat.name, bird.name, sync.Pool.Get
}
