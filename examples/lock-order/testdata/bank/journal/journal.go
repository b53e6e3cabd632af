// Package journal has a lock of its own.
package journal

import "sync"

type Journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *Journal) Add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

// With calls its argument with the lock held.
func (j *Journal) With(work func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	work()
}

var registry sync.Mutex

// Register and Replay lock in opposite orders; one of them in a function that the other is given.
func Register(j *Journal) {
	registry.Lock()
	defer registry.Unlock()
	j.Add("registered")
}

func Replay(j *Journal) {
	j.With(func() {
		registry.Lock() // want `lock-order: .Journal.mu. is locked before .example.com/bank/journal.registry. here`
		registry.Unlock()
	})
}
