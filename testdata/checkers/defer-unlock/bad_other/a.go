// The deferred unlock is of another mutex.
package other

import "sync"

type account struct {
	mu      sync.Mutex
	balance int
}

type bank struct {
	mu       sync.Mutex
	accounts map[string]*account
}

func (b *bank) balance(a *account) int {
	a.mu.Lock()
	defer b.mu.Unlock() // want `defer-unlock: what is unlocked by this deferred call is .b.mu.`
	return a.balance
}

var first, second sync.RWMutex

func read(f func()) {
	first.RLock()
	defer second.RUnlock() // want `defer-unlock: .second.`
	f()
}

// A value that holds two of them.
type transfer struct{ from, to *account }

func (t transfer) amount() int {
	t.from.mu.Lock()
	defer t.to.mu.Unlock() // want `defer-unlock: what is unlocked by this deferred call is .t.to.mu.`
	return t.from.balance
}
