// An address that another goroutine gets as an integer.
package bad

import "unsafe"

type job struct {
	addr uintptr
	size int
}

type worker struct{ jobs chan job }

func start() *worker {
	w := &worker{jobs: make(chan job)}
	go w.run()
	return w
}

func (w *worker) run() {
	for j := range w.jobs { // want `goroutine-leak`
		clear(unsafe.Slice((*byte)(unsafe.Pointer(j.addr)), j.size)) // want `unsafe-uintptr: in .\(\*worker\).submit.`
	}
}

func (w *worker) submit(buf []byte) {
	w.jobs <- job{addr: uintptr(unsafe.Pointer(unsafe.SliceData(buf))), size: len(buf)}
}

// Use lets the functions run.
func Use() {
	w := start()
	w.submit(make([]byte, 16))
}
