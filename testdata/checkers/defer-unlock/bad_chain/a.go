// Variables that go from lock to lock, and one of these stays locked.
package bad

import "sync"

type node struct {
	mu     sync.Mutex
	parent *node
	next   *node
	value  int
	full   bool
}

func (n *node) up(check bool) bool {
	at := n
	at.mu.Lock() // want `defer-unlock: .n.mu. is locked here, and a return leaves it locked`
	if check {
		for at.parent != nil && !at.full {
			at = at.parent
		}
		return true
	}
	at.mu.Unlock()
	return false
}

func find(root *node, value int) *node {
	root.mu.Lock()
	previous, at := root, root.next
	for at != nil {
		at.mu.Lock() // want `defer-unlock: a return leaves it locked`
		previous.mu.Unlock()
		if at.value == value {
			return at.next
		}
		previous, at = at, at.next
	}
	previous.mu.Unlock()
	return nil
}

type level struct {
	sync.RWMutex
	tables []int
}

type levels struct{ all []*level }

func (l *levels) first() int {
	l.all[0].RLock()
	defer l.all[1].RUnlock() // want `defer-unlock: and not the lock that was just locked`
	return len(l.all[0].tables)
}

func (l *levels) move(all bool) bool {
	l.all[0].Lock() // want `defer-unlock: a return leaves it locked`
	if all {
		return true
	}
	l.all[0].Unlock()
	return false
}

// What a function makes is another one each time.
func fresh() *level { return &level{} }

func add(table int) {
	fresh().Lock()
	defer fresh().Unlock() // want `defer-unlock: and not the lock that was just locked`
}

// Use lets the functions run.
func Use(n *node, l *levels) int {
	add(1)
	n.up(n.full)
	find(n, 3)
	l.move(true)
	return l.first()
}
