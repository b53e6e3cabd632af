package questions

import "sync"

var registry sync.Mutex

type store struct {
	mu    sync.RWMutex
	other sync.Mutex
	next  *store
}

func (s *store) lock()   { s.mu.Lock() }
func (s *store) unlock() { s.mu.Unlock() }

func (s *store) held(flag bool) {
	askLocks() // want `api: held nothing`
	s.lock()
	askLocks() // want `api: held s.mu \(example.com/questions.store.mu, Exclusive\)`
	s.unlock()
	s.mu.RLock()
	registry.Lock()
	askLocks() // want `api: held registry \(example.com/questions.registry, Exclusive\), s.mu \(example.com/questions.store.mu, Shared\)`
	registry.Unlock()
	s.mu.RUnlock()
	if flag {
		s.other.Lock()
	}
	askLocks() // want `api: held nothing`
	if flag {
		s.other.Unlock()
	}
	s.next.other.Lock()
	defer s.next.other.Unlock()
	s.under() // want `api: takes s.mu while holding s.next.other`
	func() {
		registry.Lock() // want `api: takes registry while holding s.next.other`
		registry.Unlock()
	}()
	s.with(func() {
		registry.Lock() // want `api: takes registry while holding s.mu, s.next.other`
		registry.Unlock()
	})
	go s.under()
	s.around()
}

// around lets go of a lock of its caller while it takes another.
func (s *store) around() {
	s.next.other.Unlock()
	s.mu.Lock()
	s.mu.Unlock()
	s.next.other.Lock()
}

func (s *store) under() {
	s.mu.Lock()
	s.mu.Unlock()
}

func (s *store) with(work func()) {
	s.mu.Lock() // want `api: takes s.mu while holding s.next.other`
	defer s.mu.Unlock()
	work()
}

func Held(flag bool) { (&store{next: new(store)}).held(flag) }
