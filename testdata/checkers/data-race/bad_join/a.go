// Something is waited for, but not what matters.
package join

import (
	"sync"
	"time"
)

// Done comes before the write.
func early() int {
	n := 0
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		wg.Done()
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
	}()
	wg.Wait()
	return n
}

// One of two is waited for.
func either() int {
	n := 0
	done := make(chan bool)
	for i := 0; i < 2; i++ {
		go func() {
			n = i        // want `data-race: .n. is written here while another goroutine reads it`
			done <- true // want `goroutine-leak`
		}()
	}
	<-done
	return n
}

// The timer may win.
func timeout() int {
	n := 0
	done := make(chan bool, 1)
	go func() {
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
		done <- true
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	return n
}
