// Locks that are never released, and goroutines that wait for each other.
package locks

import (
	"errors"
	"sync"
)

type account struct {
	mu      sync.Mutex
	balance int
}

// A method that locks is called with the lock held.
func (a *account) total() int {
	a.mu.Lock() // want `goroutine-leak: waits for a lock that is never released`
	defer a.mu.Unlock()
	return a.balance
}

func (a *account) add(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += n
	return a.total()
}

type registry struct {
	mu    sync.RWMutex
	names map[string]int
}

var errUnknown = errors.New("unknown")

// One way out forgets to unlock, and the next call waits.
func (r *registry) get(name string) (int, error) {
	r.mu.Lock() // want `goroutine-leak: waits for a lock that is never released` `defer-unlock`
	n, ok := r.names[name]
	if !ok {
		return 0, errUnknown
	}
	r.mu.Unlock()
	return n, nil
}

func both(names map[string]int) (int, error) {
	r := &registry{names: names}
	a, _ := r.get("a")
	b, err := r.get("b")
	return a + b, err
}

type ends struct {
	left, right sync.Mutex
}

func (e *ends) there() {
	e.left.Lock()
	defer e.left.Unlock()
	e.right.Lock() // want `goroutine-leak: waits for a lock that is never released`
	defer e.right.Unlock()
}

func (e *ends) back() {
	e.right.Lock()
	defer e.right.Unlock()
	e.left.Lock() // want `goroutine-leak: waits for a lock that is never released`
	defer e.left.Unlock()
}

// The two take them in different orders.
func crossed() {
	e := &ends{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); e.there() }()
	go func() { defer wg.Done(); e.back() }()
	wg.Wait() // want `goroutine-leak: waits for a wait group that is never done`
}

// The lock is held while the other is waited for, which needs it.
func held(work func()) {
	var mu sync.Mutex
	done := make(chan bool)
	go func() {
		mu.Lock() // want `goroutine-leak: waits for a lock that is never released`
		work()
		mu.Unlock()
		done <- true
	}()
	mu.Lock()
	<-done // want `goroutine-leak: receives from a channel`
	mu.Unlock()
}
