// Methods of embedded and generic types that are deferred, directly or as values.
package main

import "log"

type base struct{ name string }

func (b *base) rescue() {
	if r := recover(); r != nil {
		log.Println(b.name, r)
	}
}

type worker struct {
	*base
	steps []func()
}

func (w *worker) run() {
	defer w.rescue()
	for _, step := range w.steps {
		step()
	}
}

type result[T any] struct {
	value T
	err   any
}

func (r *result[T]) settle() {
	r.err = recover()
}

func call[T any](f func() T) (r result[T]) {
	settle := r.settle
	defer settle()
	r.value = f()
	return r
}

func main() {
	w := &worker{base: &base{"w"}, steps: []func(){func() { panic("bad") }}}
	w.run()
	log.Println(call(func() int { panic("bad") }))
}
