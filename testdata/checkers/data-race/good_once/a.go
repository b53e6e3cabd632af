// sync.Once, and atomic flags that are looked at.
package once

import (
	"sync"
	"sync/atomic"
)

type lazy struct {
	once  sync.Once
	value string
}

func (l *lazy) get() string {
	l.once.Do(func() { l.value = "made" })
	return l.value
}

func share() {
	var l lazy
	for range 4 {
		go l.get()
	}
	l.get()
}

func published() int {
	n := 0
	var ready atomic.Bool
	go func() {
		n = 1
		ready.Store(true)
	}()
	for !ready.Load() {
	}
	return n
}

func last(parts int) int {
	sum := 0
	var left int32 = 2
	done := make(chan int, 1)
	finish := func() {
		if atomic.AddInt32(&left, -1) == 0 {
			done <- 1
		}
	}
	go finish()
	go finish()
	sum += <-done
	return sum
}
