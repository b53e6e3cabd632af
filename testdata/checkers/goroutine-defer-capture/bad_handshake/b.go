package bad

import "sync"

// One variable for what all goroutines leave.
type queue struct {
	tasks []func()
	last  func()
	in    chan func()
}

func (q *queue) loop() {
	var all sync.WaitGroup
	for task := range q.in {
		q.next(&all, task)
	}
	all.Wait()
}

func (q *queue) next(all *sync.WaitGroup, task func()) {
	all.Add(1)
	go func() {
		defer func() { q.last = task }() // want `goroutine-defer-capture`
		defer all.Done()
		task()
	}()
}
