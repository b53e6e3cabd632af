// Accesses that the race detector does not see: by the runtime, and in functions that ask not to
// be looked at.
package unseen

import (
	"maps"
	"runtime"
)

func stats() uint64 {
	var m runtime.MemStats
	done := make(chan bool)
	go func() {
		runtime.ReadMemStats(&m) // want `data-race: .m.Alloc. is written here while another goroutine reads it`
		close(done)
	}()
	size := m.Alloc
	<-done
	return size
}

func snapshot(m map[string]int) map[string]int {
	copies := make(chan map[string]int)
	go func() { copies <- maps.Clone(m) }()
	m["x"] = 1 // want `data-race: .m. is written here while another goroutine reads it`
	return <-copies
}

func wipe(b []byte) { clear(b) } // want `data-race: .b\[…\]. is written here`

func use() byte {
	b := make([]byte, 8)
	done := make(chan bool)
	go func() {
		wipe(b)
		done <- true
	}()
	first := b[0]
	<-done
	return first
}

var ticks int

//go:norace
func tick() { ticks++ } // want `data-race: .ticks. is written here`

func run() int {
	go tick()
	return ticks
}
