// A type that locks, but not everywhere.
package fields

import "sync"

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++ // want `data-race: .c.n. is written here while another goroutine reads it`
}

func (c *counter) value() int {
	return c.n
}

func newCounter(step chan bool) *counter {
	c := &counter{}
	go func() {
		for range step { // want `goroutine-leak`
			c.add()
		}
	}()
	return c
}

func use() int {
	step := make(chan bool, 1)
	c := newCounter(step)
	step <- true
	return c.value()
}

// Two readers may hold the lock at once, and both write.
type cache struct {
	mu   sync.RWMutex
	last string
}

func (c *cache) get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.last = key // want `data-race: .c.last. is written here by several goroutines`
	return c.last
}

func serve(keys []string) {
	var c cache
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.get(key)
		}()
	}
	wg.Wait()
}
