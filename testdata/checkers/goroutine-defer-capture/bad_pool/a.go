// Workers of a pool store what they have found behind their signal.
package pool

import "sync"

type pool[T any] struct {
	wg    sync.WaitGroup
	first T
}

func (p *pool[T]) start(task func() T) {
	p.wg.Add(1)
	go func() {
		var found T
		defer func() { p.first = found }() // want `goroutine-defer-capture`
		defer p.wg.Done()
		found = task()
	}()
}

func one(task func() int) int {
	p := &pool[int]{}
	p.start(task)
	p.wg.Wait()
	return p.first
}
