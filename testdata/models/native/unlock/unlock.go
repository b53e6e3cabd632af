// Package unlock has locks in another language.
package unlock

import "errors"

type lock struct{ word uint32 }

func acquire(l *lock)
func release(l *lock)

var errNone = errors.New("none")

type table struct {
	mu    lock
	items map[string]int
}

func (t *table) get(name string) (int, error) {
	acquire(&t.mu) // want `defer-unlock`
	n, ok := t.items[name]
	if !ok {
		return 0, errNone
	}
	release(&t.mu)
	return n, nil
}

func (t *table) find(name string) (int, error) {
	acquire(&t.mu)
	defer release(&t.mu)
	n, ok := t.items[name]
	if !ok {
		return 0, errNone
	}
	return n, nil
}
