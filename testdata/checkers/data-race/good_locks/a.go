// Locks, held by whoever calls, by helpers, and handed over.
package locks

import "sync"

type table struct {
	mu    sync.RWMutex
	rows  map[string]int
	total int
}

func (t *table) get(key string) (int, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok := t.rows[key]
	return n, ok
}

func (t *table) set(key string, n int) {
	t.lock()
	defer t.mu.Unlock()
	t.setLocked(key, n)
}

func (t *table) lock() { t.mu.Lock() }

func (t *table) setLocked(key string, n int) {
	t.rows[key] = n
	t.total += n
}

func (t *table) try(key string) {
	if t.mu.TryLock() {
		t.total++
		t.mu.Unlock()
	}
}

// The goroutine has the lock that was taken for it.
func (t *table) flush() {
	t.mu.Lock()
	go func() {
		defer t.mu.Unlock()
		t.total = 0
		clear(t.rows)
	}()
}

// Called with the lock held; gives it back.
func (t *table) leave() {
	t.total--
	t.mu.Unlock()
}

func run(keys []string) {
	t := &table{rows: map[string]int{}}
	for _, key := range keys {
		go t.set(key, 1)
		go func() {
			if n, ok := t.get(key); ok {
				t.set(key, n+1)
			}
			t.try(key)
			t.mu.Lock()
			t.leave()
		}()
	}
	t.flush()
	t.set("", 0)
}

func waiting() int {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	n, ready := 0, false
	go func() {
		n = 1
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Signal()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	return n
}

// The lock is gone with the function; what it guarded is returned.
func collect(keys []string) map[string]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	found := make(map[string]int)
	for i, key := range keys {
		wg.Go(func() {
			mu.Lock()
			found[key] = i
			mu.Unlock()
		})
	}
	wg.Wait()
	return found
}

func collected(keys []string) int {
	found := collect(keys)
	return found["a"]
}
