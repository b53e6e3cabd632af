// Package service has functions with facts; the comments say which.
package service

import "sync"

type store struct {
	mu    sync.Mutex
	items map[string]*item
}

type item struct{ name string }

type sink interface{ put(*item) }

func (s *store) put(i *item) {
	s.mu.Lock() // want `function-facts: calls sync.Mutex.Lock sync.Mutex.Unlock; leaks 0 1; locks example.com/service.store.mu`
	defer s.mu.Unlock()
	s.items[i.name] = i
}

type nowhere struct{}

func (nowhere) put(*item) {}

// By the interface both methods may be called, and one of them keeps what it gets.
func Fill(to sink, names []string) {
	for _, name := range names { // want `function-facts: calls example.com/service.nowhere.put example.com/service.store.put; escapes \*example.com/service.item to heap; leaks 0 1; locks example.com/service.store.mu`
		to.put(&item{name})
	}
}

func Must(ok bool) {
	if !ok { // want `function-facts: panics`
		panic("no")
	}
}

func Start(work func()) {
	go work() // want `function-facts: .*starts 1`
}

func New() sink {
	return &store{items: map[string]*item{}} // want `function-facts: escapes .* to heap`
}

func Nothing() sink { return nowhere{} } // want `function-facts: escapes example.com/service.sink to heap`
