// Helpers that rely on their callers to lock, who all do.
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

func (c *cache) putAll(keys []string) {
	c.mu.Lock()
	for _, key := range keys {
		c.putLocked(key)
	}
	c.mu.Unlock()
}

func (c *cache) putLocked(key string) {
	c.items[key] = 1
	c.arm()
}

func (c *cache) arm() {
	if c.timer == nil {
		c.timer = time.AfterFunc(time.Minute, c.expire)
	}
}

func (c *cache) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = nil
}

// A helper that gives the lock back for a while, on some ways.
type queue struct {
	mu    sync.Mutex
	size  int
	full  func()
	items []int
}

func (q *queue) push(item int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.notify()
	q.items = append(q.items, item)
	go q.drain()
	q.size++
}

func (q *queue) notify() {
	if q.full != nil && q.size > 100 {
		q.mu.Unlock()
		q.full()
		q.mu.Lock()
	}
}

func (q *queue) drain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items, q.size = nil, 0
}

// A timer is started before all is made.
type session struct {
	mu    sync.Mutex
	timer *time.Timer
	name  string
}

func newSession(name string) *session {
	s := &session{}
	s.timer = time.AfterFunc(time.Minute, s.forget)
	s.name = name
	return s
}

func (s *session) forget() {
	s.mu.Lock()
	s.name = ""
	s.mu.Unlock()
}
