// Variables that go from lock to lock, and elements that are numbered.
package good

import (
	"sync"
	"sync/atomic"
)

type node struct {
	mu     sync.Mutex
	parent *node
	next   *node
	value  int
	full   bool
}

// Two locks at most are held, hand over hand, and what the variable has come to is unlocked.
func (n *node) up(check bool) bool {
	at := n
	at.mu.Lock()
	if check {
		for at.parent != nil && !at.full {
			parent := at.parent
			parent.mu.Lock()
			at.full = true
			at.mu.Unlock()
			at = parent
		}
		at.mu.Unlock()
		return true
	}
	at.mu.Unlock()
	return false
}

// A lock for each of several, all of which are unlocked at the end.
func (n *node) first() *node {
	n.mu.Lock()
	defer n.mu.Unlock()
	for parent := n.parent; parent != nil; parent = parent.parent {
		parent.mu.Lock()
		defer parent.mu.Unlock()
		if !parent.full {
			return parent
		}
	}
	return nil
}

func find(root *node, value int) *node {
	root.mu.Lock()
	previous, at := root, root.next
	for at != nil {
		at.mu.Lock()
		previous.mu.Unlock()
		if at.value == value {
			at.mu.Unlock()
			return at
		}
		previous, at = at, at.next
	}
	previous.mu.Unlock()
	return nil
}

// One of two locks, by the name of either.
func either(a, b *node, first bool) {
	chosen := b
	if first {
		chosen = a
	}
	chosen.mu.Lock()
	chosen.value++
	chosen.mu.Unlock()
}

type level struct {
	sync.RWMutex
	tables []int
}

type levels struct{ all []*level }

func (l *levels) first() int {
	l.all[0].RLock()
	defer l.all[0].RUnlock()
	return len(l.all[0].tables)
}

func (l *levels) lock()   { l.all[1].Lock() }
func (l *levels) unlock() { l.all[1].Unlock() }

func (l *levels) add(table int) {
	l.lock()
	defer l.unlock()
	l.all[1].tables = append(l.all[1].tables, table)
}

// What a function gives that only reads is the same each time.
type registry struct{ current atomic.Pointer[level] }

func (r *registry) get() *level { return r.current.Load() }

var shared registry

func add(table int) {
	shared.get().Lock()
	defer shared.get().Unlock()
	shared.get().tables = append(shared.get().tables, table)
}

// So is what it gives once it has waited for that to be there.
type once struct {
	set   chan struct{}
	value *level
}

func (o *once) get() *level {
	<-o.set
	return o.value
}

var later once

func addLater(table int) {
	later.get().Lock()
	defer later.get().Unlock()
	later.get().tables = append(later.get().tables, table)
}

// The goroutine that waits unlocks.
func wait(c *sync.Cond, ready func() bool) {
	c.L.Lock()
	if ready() {
		c.L.Unlock()
		return
	}
	go func() {
		for {
			c.Wait()
			if ready() {
				c.L.Unlock()
				return
			}
		}
	}()
}

// Use lets the functions run.
func Use(n *node, l *levels) int {
	add(1)
	addLater(1)
	wait(sync.NewCond(&n.mu), func() bool { return true })
	n.up(n.full)
	find(n.first(), 3)
	either(n, n.next, n.full)
	l.add(1)
	return l.first()
}
