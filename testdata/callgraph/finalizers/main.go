// Functions that the runtime calls when objects are no longer used.
package main

import "runtime"

type resource struct{ id int }

type releaser interface{ release() }

func (r *resource) release() { println(r.id) }

func free(r *resource) { // runtime: runtime.SetFinalizer
	println(r.id)
}

func freeAny(r releaser) { // runtime: runtime.SetFinalizer
	r.release() // vta: resource.release
}

func clean(id int) { println(id) } // runtime: runtime.AddCleanup[resource, int]

func main() {
	r := &resource{1}
	runtime.SetFinalizer(r, free)
	s := &resource{2}
	runtime.SetFinalizer(s, freeAny)
	runtime.AddCleanup(s, clean, 3)
	runtime.GC()
}
