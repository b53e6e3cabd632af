// Wait groups that are never done, and conditions that are never signalled.
package groups

import "sync"

type item struct{ ok bool }

func check(i *item) bool { return i.ok }

// One way out of the goroutine forgets to say so.
func each(a, b *item) {
	var wg sync.WaitGroup
	wg.Add(2)
	for _, i := range []*item{a, b} {
		go func() {
			if !check(i) {
				return
			}
			wg.Done()
		}()
	}
	wg.Wait() // want `goroutine-leak: waits for a wait group that is never done`
}

// More are added than are started.
func added(run func()) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		run()
	}()
	wg.Wait() // want `goroutine-leak: waits for a wait group that is never done`
}

type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

func (g *gate) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open {
		g.cond.Wait() // want `goroutine-leak: waits for a condition that is never signalled`
	}
}

// It is opened, and nobody is told.
func (g *gate) set() {
	g.mu.Lock()
	g.open = true
	g.mu.Unlock()
}

func gated(run func()) {
	g := newGate()
	done := make(chan struct{})
	go func() {
		g.wait()
		close(done)
	}()
	run()
	g.set()
	<-done // want `goroutine-leak: receives from a channel`
}
