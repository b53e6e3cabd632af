// Locks that somebody else unlocks.
package helpers

import (
	"errors"
	"sync"
)

type base struct{ mu sync.Mutex }

func (b *base) enter() { b.mu.Lock() }
func (b *base) leave() { b.mu.Unlock() }

type server struct {
	base
	conns  map[int]string
	closed bool
}

// The caller unlocks where this succeeds.
func (s *server) open() bool {
	s.enter()
	if s.closed {
		s.leave()
		return false
	}
	return true
}

func (s *server) close(id int) error {
	if !s.open() {
		return errors.New("closed")
	}
	defer s.leave()
	delete(s.conns, id)
	return nil
}

// The goroutine unlocks.
func (s *server) later(f func()) {
	s.mu.Lock()
	if f == nil {
		s.mu.Unlock()
		return
	}
	go func() {
		defer s.mu.Unlock()
		f()
	}()
}

// The function that is returned unlocks.
func (s *server) locked(id int) (string, func()) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return "", nil
	}
	return s.conns[id], func() { s.mu.Unlock() }
}

// A callee unlocks.
func (s *server) done(id int) {
	s.mu.Lock()
	if s.closed {
		s.finish(id)
		return
	}
	s.mu.Unlock()
}

func (s *server) finish(id int) {
	delete(s.conns, id)
	s.mu.Unlock()
}

// Whoever gets the server unlocks it.
func pick(servers []*server) *server {
	for _, s := range servers {
		s.mu.Lock()
		if !s.closed {
			return s
		}
		s.mu.Unlock()
	}
	return nil
}

// Gives the lock back for a while, and takes it again.
func (s *server) drop(locked bool) {
	if locked {
		s.mu.Unlock()
		defer s.mu.Lock()
	}
	clear(s.conns)
}

func (s *server) reset(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if all {
		s.drop(true)
		return
	}
	s.closed = true
}
