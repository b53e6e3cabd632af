// What is deferred behind the lock is taken runs with it held.
package unlock

import "sync"

type stats struct {
	mu    sync.Mutex
	calls int
}

func (s *stats) call(step func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.calls++ }()
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
