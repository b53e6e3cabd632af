// Contexts that nobody cancels, and timers that have fired.
package contexts

import (
	"context"
	"sync"
	"time"
)

type session struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func open() *session {
	s := &session{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.watch()
	return s
}

func (s *session) watch() {
	<-s.ctx.Done() // want `goroutine-leak: receives from a channel that nobody sends on or closes`
}

func (s *session) close() { s.cancel() }

// The session is forgotten on one way.
func visit(f func() error) error {
	s := open()
	if err := f(); err != nil {
		return err
	}
	s.close()
	return nil
}

// The result is sent after the deadline.
func deadline(work func() int) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	out := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		out <- work() // want `goroutine-leak: sends on a channel that nobody receives from`
	})
	select {
	case n := <-out:
		wg.Wait()
		return n
	case <-ctx.Done():
		return 0
	}
}

// A timer that has fired is drained again.
func drained(ready <-chan struct{}) {
	timer := time.NewTimer(time.Second)
	<-timer.C
	timer.Stop()
	go func() {
		<-timer.C // want `goroutine-leak: receives from a channel that nobody sends on or closes`
	}()
}

// The function of a timer sends when nobody listens any more.
func retry(stop <-chan struct{}, try func() error) {
	again := make(chan struct{})
	for {
		if try() != nil {
			time.AfterFunc(time.Second, func() {
				again <- struct{}{} // want `goroutine-leak: sends on a channel that nobody receives from`
			})
		}
		select {
		case <-again:
		case <-stop:
			return
		}
	}
}
