// Helpers lock and unlock, and some way leaves the lock held.
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
	conns map[int]string
	lock  sync.Locker
}

func (s *server) close(id int) error {
	s.enter() // want `defer-unlock: .s.base.mu. is locked here`
	if s.conns[id] == "" {
		return errors.New("closed")
	}
	delete(s.conns, id)
	s.leave()
	return nil
}

func (s *server) name(id int) (name string) {
	s.lock.Lock() // want `defer-unlock: .s.lock. is locked here`
	name, ok := s.conns[id]
	if !ok {
		return ""
	}
	s.lock.Unlock()
	return name
}

func each(s *server, f func(int) bool) bool {
	unlock := func() { s.mu.Unlock() }
	s.mu.Lock() // want `defer-unlock`
	for id := range s.conns {
		if !f(id) {
			return false
		}
	}
	unlock()
	return true
}
