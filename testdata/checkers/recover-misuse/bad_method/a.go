// Methods of embedded and generic types that nobody defers.
package main

import "log"

type base struct{ name string }

func (b *base) rescue() {
	if r := recover(); r != nil { // want `recover-misuse`
		log.Println(b.name, r)
	}
}

type worker struct {
	*base
	steps []func()
}

func (w *worker) close() {
	w.rescue()
	w.steps = nil
}

func (w *worker) run() {
	defer w.close()
	for _, step := range w.steps {
		step()
	}
}

type result[T any] struct {
	value T
	err   any
}

func (r *result[T]) settle() {
	r.err = recover() // want `recover-misuse`
}

func call[T any](f func() T) (r result[T]) {
	defer func() { r.settle() }()
	r.value = f()
	return r
}

func main() {
	w := &worker{base: &base{"w"}, steps: []func(){func() { panic("bad") }}}
	w.run()
	log.Println(call(func() int { panic("bad") }))
}
