// Locks that are released in the end.
package locks

import (
	"errors"
	"sync"
)

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) totalLocked() int { return a.balance }

func (a *account) add(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += n
	return a.totalLocked()
}

// The lock is given up in between.
func (a *account) twice(n int) int {
	a.mu.Lock()
	a.balance += n
	a.mu.Unlock()
	return a.add(n)
}

type registry struct {
	mu    sync.RWMutex
	names map[string]int
}

var errUnknown = errors.New("unknown")

func (r *registry) get(name string) (int, error) {
	r.mu.Lock()
	n, ok := r.names[name]
	if !ok {
		r.mu.Unlock()
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
	e.right.Lock()
	defer e.right.Unlock()
}

func (e *ends) again() {
	e.left.Lock()
	defer e.left.Unlock()
	e.right.Lock()
	defer e.right.Unlock()
}

func ordered() {
	e := &ends{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); e.there() }()
	go func() { defer wg.Done(); e.again() }()
	wg.Wait()
}

// A lock that the caller gets back locked.
func (a *account) lock() func() {
	a.mu.Lock()
	return a.mu.Unlock
}

func handed(a *account) {
	unlock := a.lock()
	defer unlock()
	a.balance++
}

func held(work func()) {
	var mu sync.Mutex
	done := make(chan bool)
	go func() {
		mu.Lock()
		work()
		mu.Unlock()
		done <- true
	}()
	mu.Lock()
	work()
	mu.Unlock()
	<-done
}
