// Locks and groups that are interfaces of one's own.
package interfaces

import "sync"

type Mutex interface {
	Lock()
	Unlock()
}

type RWMutex interface {
	Mutex
	RLock()
	RUnlock()
}

type Group interface {
	Add(int)
	Done()
	Wait()
}

var debug bool

type logged struct{ sync.Mutex }

func newMutex() Mutex {
	if debug {
		return &logged{}
	}
	return &sync.Mutex{}
}

type counter struct {
	mu    Mutex
	state RWMutex
	n     int
	names map[string]bool
}

func newCounter() *counter {
	return &counter{mu: newMutex(), state: &sync.RWMutex{}, names: map[string]bool{}}
}

func (c *counter) add() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.state.Lock()
	c.names["x"] = true
	c.state.Unlock()
}

func (c *counter) has(name string) bool {
	c.state.RLock()
	defer c.state.RUnlock()
	return c.names[name]
}

func run() int {
	c := newCounter()
	var group Group = &sync.WaitGroup{}
	group.Add(2)
	for range 2 {
		go func() {
			c.add()
			c.has("x")
			group.Done()
		}()
	}
	group.Wait()
	return c.n
}
