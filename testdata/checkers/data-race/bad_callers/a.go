// Helpers that rely on their callers to lock, and a caller that does not.
package callers

import (
	"sync"
	"time"
)

type cache struct {
	mu    sync.Mutex
	timer *time.Timer
	items map[string]int
}

func (c *cache) put(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.putLocked(key)
}

func (c *cache) putUnlocked(key string) {
	c.putLocked(key)
}

func (c *cache) putLocked(key string) {
	c.items[key] = 1
	c.arm()
}

func (c *cache) arm() {
	if c.timer == nil {
		c.timer = time.AfterFunc(time.Minute, c.expire) // want `data-race: .c.timer. is written here while another goroutine writes it`
	}
}

func (c *cache) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = nil
}

// The lock is given back before the helper is called.
type queue struct {
	mu   sync.Mutex
	size int
}

func (q *queue) push() {
	q.mu.Lock()
	q.flush()
	q.mu.Unlock()
}

func (q *queue) flush() {
	q.mu.Unlock()
	q.start()
	q.mu.Lock()
}

func (q *queue) start() {
	go q.drain()
	q.size++ // want `data-race: .q.size. is written here while another goroutine writes it`
}

func (q *queue) drain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.size = 0
}
