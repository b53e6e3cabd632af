// The deferred unlock is of the lock that was taken, whatever it is called.
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

func (b *bank) balance(name string) int {
	b.mu.Lock()
	a := b.accounts[name]
	b.mu.Unlock()
	mu := &a.mu
	mu.Lock()
	defer mu.Unlock()
	return a.balance
}

// One lock for the other, hand over hand.
func (b *bank) hand(a *account) int {
	b.mu.Lock()
	a.mu.Lock()
	b.mu.Unlock()
	defer a.mu.Unlock()
	return a.balance
}

// A value that holds the account, and one that holds a lock of whatever kind.
type view struct{ a *account }

func (v view) balance() int {
	v.a.mu.Lock()
	defer v.a.mu.Unlock()
	return v.a.balance
}

type guarded struct {
	sync.Locker
	balance *int
}

func (g guarded) get() int {
	g.Lock()
	defer g.Unlock()
	return *g.balance
}

func sum(made func() guarded) int {
	g := made()
	g.Lock()
	defer g.Unlock()
	return *g.balance
}
