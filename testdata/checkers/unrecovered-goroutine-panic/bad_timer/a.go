// Timers and wait groups start the goroutine.
package timer

import (
	"log"
	"sync"
	"sync/atomic"
	"time"
)

type job struct{ left atomic.Int64 }

func (j *job) step() {
	if j.left.Add(-1) < 0 {
		log.Panic("no steps left")
	}
}

func (j *job) run() {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	time.AfterFunc(time.Second, j.step) // want `unrecovered-goroutine-panic`
	var wg sync.WaitGroup
	wg.Go(func() { j.step() }) // want `unrecovered-goroutine-panic`
	wg.Wait()
}
