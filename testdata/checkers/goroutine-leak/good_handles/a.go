// What has a handle, a finalizer or a cleanup is in other hands: who has the handle may send.
package handles

import (
	"runtime"
	"runtime/cgo"
)

func callback(h cgo.Handle) {
	h.Value().(chan int) <- 1
}

// library calls back what it was given, as C code does.
var library func(uintptr)

func answer() int {
	ch := make(chan int)
	h := cgo.NewHandle(ch)
	defer h.Delete()
	go library(uintptr(h))
	return <-ch
}

type file struct{ name string }

func wait(f *file) {
	done := make(chan struct{})
	runtime.AddCleanup(f, func(ended chan struct{}) { close(ended) }, done)
	runtime.KeepAlive(f)
	<-done
}

func waitFinalized(f *file) {
	done := make(chan struct{})
	runtime.SetFinalizer(f, func(*file) { close(done) })
	<-done
}
