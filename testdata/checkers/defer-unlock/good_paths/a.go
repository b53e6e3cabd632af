// Every way unlocks, or the condition of the lock is that of the unlock.
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
	s.mu.Lock()
	if key == "" {
		s.mu.Unlock()
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

func find(name string, locked bool) int {
	if !locked {
		all.RLock()
	}
	at := -1
	for i, known := range names {
		if known == name {
			at = i
			break
		}
	}
	if !locked {
		all.RUnlock()
	}
	return at
}

func (s *store) add(key string, locked bool) {
	if !locked {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	s.keys[key] = true
}

func (s *store) must(key string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("must: %v", r)
		}
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.keys[key] {
		panic("no " + key)
	}
	return nil
}

// Unlocked for a while, and held again where the deferred call runs.
func (s *store) wait(ready func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ready() {
		s.mu.Unlock()
		ready()
		s.mu.Lock()
	}
}
