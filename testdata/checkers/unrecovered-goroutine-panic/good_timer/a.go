// What timers and wait groups start does not panic.
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
		log.Print("no steps left")
	}
}

func (j *job) run() {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	time.AfterFunc(time.Second, j.step)
	var wg sync.WaitGroup
	wg.Go(func() { j.step() })
	wg.Wait()
}
