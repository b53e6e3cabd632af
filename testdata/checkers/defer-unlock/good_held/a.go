// The deferred unlock runs only where the lock is held.
package held

import (
	"sync"

	"example.com/good_held/guard"
)

type store struct {
	mu   sync.Mutex
	size int
}

func (s *store) add(n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size += n
}

func (s *store) sometimes(n int, shared bool) {
	if shared {
		s.mu.Lock()
	}
	defer func() {
		if shared {
			s.mu.Unlock()
		}
	}()
	s.size += n
}

func (s *store) twice(n int) bool {
	s.mu.Lock()
	unlocked := false
	defer func() {
		if !unlocked {
			s.mu.Unlock()
		}
	}()
	if n == 0 {
		unlocked = true
		s.mu.Unlock()
		return false
	}
	s.size += n
	return true
}

func (s *store) try(n int) {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	s.size += n
}

func guarded(g *guard.Guard, n int) {
	g.Enter()
	defer g.Leave()
	if n == 0 {
		return
	}
	n++
}
