// Package-level variables, written in callees.
package globals

import (
	"sync"
	"sync/atomic"
)

var hits int
var ready int32
var names = map[string]bool{}

func count() {
	hits++ // want `data-race: .hits. is written here`
}

func work() {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { count(); wg.Done() }()
	go func() { count(); wg.Done() }()
	wg.Wait()
}

// Atomic on one side only.
func flag() bool {
	go atomic.StoreInt32(&ready, 1)
	go func() { atomic.StoreInt32(&ready, 2) }() // want `data-race: .ready. is written here while another goroutine reads it`
	return ready == 2
}

func register(name string) {
	names[name] = true // want `data-race: .names. is written here`
}

func registerAll(all []string) {
	for _, name := range all {
		go register(name)
	}
}
