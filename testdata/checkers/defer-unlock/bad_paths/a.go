// Some way ends with the lock held.
package paths

import (
	"errors"
	"fmt"
	"sync"
)

type store struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (s *store) put(key string) error {
	s.mu.Lock() // want `defer-unlock: .s.mu. is locked here, and a return leaves it locked`
	if key == "" {
		return errors.New("empty")
	}
	s.keys[key] = true
	s.mu.Unlock()
	return nil
}

var (
	all   sync.RWMutex
	names []string
)

func find(name string) int {
	all.RLock() // want `defer-unlock: .all. is locked here`
	for i, known := range names {
		if known == name {
			return i
		}
	}
	all.RUnlock()
	return -1
}

func (s *store) must(key string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("must: %v", r)
		}
	}()
	s.mu.Lock() // want `defer-unlock: a panic that is recovered from leaves it locked`
	if !s.keys[key] {
		panic("no " + key)
	}
	s.mu.Unlock()
	return nil
}
