// The deferred unlock is of the other kind.
package kind

import "sync"

type table struct {
	sync.RWMutex
	rows map[string]int
}

func (t *table) get(key string) int {
	t.RLock()
	defer t.Unlock() // want `defer-unlock: not of the kind`
	return t.rows[key]
}

func (t *table) set(key string, value int) {
	t.Lock()
	defer t.RUnlock() // want `defer-unlock: not of the kind`
	t.rows[key] = value
}

type cache[K comparable] struct {
	mu   *sync.RWMutex
	rows map[K]int
}

func (c *cache[K]) lock() { c.mu.RLock() }

func (c *cache[K]) get(key K) int {
	c.lock()
	defer c.mu.Unlock() // want `defer-unlock: not of the kind`
	return c.rows[key]
}

func use() int { return (&cache[int]{mu: &sync.RWMutex{}}).get(1) }
