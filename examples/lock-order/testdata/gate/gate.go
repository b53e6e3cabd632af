// Package gate has two orders under a third lock, which lets only one of them go on; two that only
// read; and two that do not hold both at a time.
package gate

import "sync"

var gate, a, b sync.Mutex
var x, y sync.RWMutex

func First() {
	gate.Lock()
	defer gate.Unlock()
	a.Lock()
	b.Lock()
	b.Unlock()
	a.Unlock()
}

func Second() {
	gate.Lock()
	defer gate.Unlock()
	b.Lock()
	a.Lock()
	a.Unlock()
	b.Unlock()
}

func Read() {
	x.RLock()
	y.RLock()
	y.RUnlock()
	x.RUnlock()
}

func ReadBack() {
	y.RLock()
	x.RLock()
	x.RUnlock()
	y.RUnlock()
}

type pair struct{ left, right sync.Mutex }

func (p *pair) Forth() {
	p.left.Lock()
	p.right.Lock()
	p.right.Unlock()
	p.left.Unlock()
}

func (p *pair) Back() {
	p.right.Lock()
	p.right.Unlock()
	p.left.Lock()
	p.left.Unlock()
	go func() {
		p.right.Lock()
		p.right.Unlock()
	}()
}
