// The deferred unlock also runs where nothing is locked.
package held

import (
	"sync"

	"example.com/bad_not_held/guard"
)

type store struct {
	mu   sync.Mutex
	size int
}

func (s *store) add(n int) {
	defer s.mu.Unlock() // want `defer-unlock: also runs where it is not locked`
	if n == 0 {
		return
	}
	s.mu.Lock()
	s.size += n
}

func (s *store) sometimes(n int, shared bool) {
	if shared {
		s.mu.Lock()
	}
	defer s.mu.Unlock() // want `defer-unlock: also runs where it is not locked`
	s.size += n
}

func (s *store) twice(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock() // want `defer-unlock: also runs where it is not locked`
	if n == 0 {
		s.mu.Unlock()
		return false
	}
	s.size += n
	return true
}

func (s *store) try(n int) {
	if !s.mu.TryLock() {
		n++
	}
	defer s.mu.Unlock() // want `defer-unlock: also runs where it is not locked`
	s.size += n
}

func guarded(g *guard.Guard, n int) {
	defer g.Leave() // want `defer-unlock: also runs where it is not locked`
	if n == 0 {
		return
	}
	g.Enter()
}
