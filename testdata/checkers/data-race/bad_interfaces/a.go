// What is called like a lock and is none, and two readers of whom one writes.
package interfaces

import "sync"

type Recorder interface {
	Lock(name string)
	Unlock(name string)
}

type RWMutex interface {
	RLock()
	RUnlock()
}

type log struct{ lines []string }

func (l *log) Lock(string)   {}
func (l *log) Unlock(string) {}

func record(r Recorder) int {
	n := 0
	done := make(chan bool)
	go func() {
		r.Lock("n")
		n++
		r.Unlock("n")
		close(done)
	}()
	r.Lock("n")
	n++ // want `data-race: .n. is written here while another goroutine`
	r.Unlock("n")
	<-done
	return n
}

func read(mu RWMutex) int {
	n := 0
	done := make(chan bool)
	go func() {
		mu.RLock()
		n++
		mu.RUnlock()
		close(done)
	}()
	mu.RLock()
	n++ // want `data-race: .n. is written here while another goroutine`
	mu.RUnlock()
	<-done
	return n
}

func both() int {
	return record(&log{}) + read(&sync.RWMutex{})
}
