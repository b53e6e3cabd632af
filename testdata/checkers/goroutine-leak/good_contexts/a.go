// Contexts that are cancelled in the end, and timers that fire.
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

func open(parent context.Context) *session {
	s := &session{}
	s.ctx, s.cancel = context.WithCancel(parent)
	go s.watch()
	return s
}

func (s *session) watch() { <-s.ctx.Done() }

func (s *session) close() { s.cancel() }

// Cancelled on every way.
func visit(f func() error) error {
	s := open(context.Background())
	defer s.close()
	if err := f(); err != nil {
		return err
	}
	return nil
}

// Done with the parent.
func inherit(parent context.Context) {
	open(parent)
}

func deadline(work func() int) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	out := make(chan int)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		select {
		case out <- work():
		case <-ctx.Done():
		}
	})
	select {
	case n := <-out:
		return n
	case <-ctx.Done():
		return 0
	}
}

func fired() {
	timer := time.NewTimer(time.Second)
	go func() { <-timer.C }()
}

func ticks(stop <-chan struct{}, f func()) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	go func() {
		for {
			select {
			case <-ticker.C:
				f()
			case <-stop:
				return
			}
		}
	}()
}

// There is room for what the timer's function sends.
func retry(stop <-chan struct{}, try func() error) {
	for {
		again := make(chan struct{}, 1)
		if try() != nil {
			time.AfterFunc(time.Second, func() { again <- struct{}{} })
		}
		select {
		case <-again:
		case <-stop:
			return
		}
	}
}
