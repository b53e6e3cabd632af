// Package twice locks what it holds.
package twice

import "sync"

type counter struct {
	mu   sync.Mutex
	n    int
	next *counter
}

func (c *counter) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *counter) Double() {
	c.mu.Lock()
	c.n = 2 * c.get() // want `lock-order: .c.mu. is locked while this goroutine holds it`
	c.mu.Unlock()
}

// Another counter's lock is another lock.
func (c *counter) Sum() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n + c.next.get()
}

func (c *counter) Twice() int {
	return c.get() + c.get()
}
