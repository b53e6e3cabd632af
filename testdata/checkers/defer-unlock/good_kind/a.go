// The deferred unlock is of the kind in which the lock is held.
package kind

import "sync"

type table struct {
	sync.RWMutex
	rows map[string]int
}

func (t *table) get(key string) int {
	t.RLock()
	defer t.RUnlock()
	return t.rows[key]
}

func (t *table) set(key string, value int) {
	t.Lock()
	defer t.Unlock()
	t.rows[key] = value
}

func (t *table) each(write bool, f func(string)) {
	if write {
		t.Lock()
		defer t.Unlock()
	} else {
		t.RLock()
		defer t.RUnlock()
	}
	for key := range t.rows {
		f(key)
	}
}

type cache[K comparable] struct {
	mu   *sync.RWMutex
	rows map[K]int
}

func (c *cache[K]) lock() { c.mu.RLock() }

func (c *cache[K]) get(key K) int {
	c.lock()
	defer c.mu.RUnlock()
	return c.rows[key]
}

func use() int { return (&cache[int]{mu: &sync.RWMutex{}}).get(1) }
