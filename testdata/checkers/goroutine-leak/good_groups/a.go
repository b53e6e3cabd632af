// Wait groups that are done in the end, and conditions that are signalled.
package groups

import "sync"

type item struct{ ok bool }

func check(i *item) bool { return i.ok }

func each(items []*item) {
	var wg sync.WaitGroup
	for _, i := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if !check(i) {
				return
			}
			i.ok = false
		}()
	}
	wg.Wait()
}

func together(items []*item) {
	var wg sync.WaitGroup
	wg.Add(len(items))
	for _, i := range items {
		go func() {
			defer wg.Done()
			check(i)
		}()
	}
	wg.Wait()
}

func goes(items []*item) {
	var wg sync.WaitGroup
	for _, i := range items {
		wg.Go(func() { check(i) })
	}
	wg.Wait()
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
		g.cond.Wait()
	}
}

func (g *gate) set() {
	g.mu.Lock()
	g.open = true
	g.mu.Unlock()
	g.cond.Broadcast()
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
	<-done
}
