// What is deferred before Unlock runs without the lock.
package unlock

import "sync"

type stats struct {
	mu    sync.Mutex
	calls int
}

var all stats

func (s *stats) call(step func()) {
	defer func() { s.calls++ }() // want `goroutine-defer-capture: runs after .sync.Mutex.Unlock.`
	s.mu.Lock()
	defer s.mu.Unlock()
	step()
}

func (s *stats) get() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func use() int {
	s := &stats{}
	go s.call(func() {})
	return s.get()
}
