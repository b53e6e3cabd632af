// A helper that gives up waiting tells so, but the caller goes on.
package told

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// within waits for f, but not longer than the context lasts.
func within(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Returns what there is, together with the error.
func goesOn(ctx context.Context) (int, error) {
	n := 0
	err := within(ctx, func() error {
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
		return nil
	})
	return n, err
}

// The wrong side.
func wrongSide(ctx context.Context) int {
	n := 0
	if err := within(ctx, func() error {
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
		return nil
	}); err != nil {
		return n
	}
	return 0
}

// It tells nothing: the error is nil where it has given up.
func silent(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return nil
	}
}

func asks(ctx context.Context) int {
	n := 0
	if err := silent(ctx, func() error {
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
		return nil
	}); err != nil {
		return 0
	}
	return n
}

// Tries again where it has given up.
func again(ctx context.Context) {
	n := 0
	for range 3 {
		err := within(ctx, func() error {
			n++ // want `data-race: .n. is written here while another goroutine reads it`
			return nil
		})
		if err != nil {
			continue
		}
	}
}

// poll starts the next before the last is over.
func poll(f func() bool, timeout time.Duration) error {
	end := time.After(timeout)
	result := make(chan bool, 1)
	for {
		go func() { result <- f() }() // want `goroutine-leak`
		select {
		case <-end:
			return errors.New("too late")
		case ok := <-result:
			if ok {
				return nil
			}
		case <-time.After(time.Second):
		}
	}
}

func polled() {
	n := 0
	_ = poll(func() bool {
		n++ // want `data-race: .n. is written here while another goroutine reads it`
		return n > 3
	}, time.Minute)
}

// isNil only says so.
func isNil(t *testing.T, err error) bool {
	if err != nil {
		t.Errorf("%v", err)
		return false
	}
	return true
}

func asserted(ctx context.Context, t *testing.T) int {
	n := 0
	err := within(ctx, func() error {
		n = 1 // want `data-race: .n. is written here while another goroutine reads it`
		return nil
	})
	isNil(t, err)
	return n
}

// starts waits for what it has started, unless the walk fails.
func starts(s *site, walk func() error) error {
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range jobs { // want `goroutine-leak`
				_ = s.round
			}
		}()
	}
	if err := walk(); err != nil {
		return fmt.Errorf("walk: %w", err)
	}
	close(jobs)
	wg.Wait()
	return nil
}

type site struct{ round int }

func rounds(s *site, walk func() error) {
	for i := range 3 {
		s.round = i // want `data-race: .s.round. is written here while another goroutine reads it`
		if err := starts(s, walk); err != nil {
			fmt.Println(err)
		}
	}
}

// Opening may fail when the goroutine runs already, and is tried again then.
type engine struct {
	mu    sync.Mutex
	state int
}

func (e *engine) start(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.open(n); err != nil {
		go e.retry(n)
	}
}

func (e *engine) open(n int) error {
	e.state = n // want `data-race: .e.state. is written here while another goroutine reads it`
	go func() {
		for range 10 {
			fmt.Println(e.state)
		}
	}()
	if n == 1 {
		return errors.New("too little")
	}
	return nil
}

func (e *engine) retry(n int) {
	for {
		time.Sleep(time.Second)
		e.mu.Lock()
		if e.open(n) == nil {
			e.mu.Unlock()
			return
		}
		e.mu.Unlock()
	}
}

// Where nothing was started this time, something may have been the time before.
func walks(slots chan struct{}, nodes []int) int {
	visited := 0
	var wg sync.WaitGroup
	for range nodes {
		show := func() { fmt.Println(visited) }
		if !trySpawn(slots, &wg, show) {
			visited++ // want `data-race: .visited. is written here while another goroutine reads it`
		}
	}
	wg.Wait()
	return visited
}

func trySpawn(slots chan struct{}, wg *sync.WaitGroup, f func()) bool {
	select {
	case slots <- struct{}{}:
	default:
		return false
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		f()
		<-slots
	}()
	return true
}

// One of those that implement the interface goes on.
type tester interface {
	Log(args ...any)
	Stop(format string, args ...any)
}

type quick struct{}

func (quick) Log(args ...any) {}

func (quick) Stop(format string, args ...any) { runtime.Goexit() }

type lenient struct{ quick }

func (lenient) Stop(format string, args ...any) { println(format) }

func waitOn(t tester, check func() bool) {
	after := time.After(time.Minute)
	result := make(chan bool, 1)
	for {
		go func() { result <- check() }()
		select {
		case <-after:
			t.Stop("timeout")
			return
		case done := <-result:
			if done {
				return
			}
		}
	}
}

func stable(t tester, get func() int) int {
	var out int
	waitOn(t, func() bool {
		out = get() // want `data-race: .out. is written here`
		return out > 3
	})
	return out
}

func all() {
	println(stable(quick{}, func() int { return 1 }), stable(lenient{}, func() int { return 2 }))
}

// The cause of another context may be nil.
func withCause(ctx, other context.Context, read func() int) (int, error) {
	var n int
	done := make(chan bool, 1)
	go func() {
		n = read()
		done <- true
	}()
	select {
	case <-ctx.Done():
		return 0, context.Cause(other)
	case <-done:
	}
	return n, nil
}

func readOn(ctx, other context.Context, read func() int) (sum int, err error) {
	var last int
	get := func() int {
		last++ // want `data-race: .last. is written here`
		return read()
	}
	for {
		n, err := withCause(ctx, other, get)
		if err != nil {
			return sum, err
		}
		sum += n + last
	}
}
