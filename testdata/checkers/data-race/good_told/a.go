// A helper may give up waiting, but tells so by what it returns.
package told

import (
	"context"
	"errors"
	"fmt"
	"log"
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

// Leaves where it has not waited.
func leaves(ctx context.Context) (int, error) {
	n := 0
	if err := within(ctx, func() error { n = 1; return nil }); err != nil {
		return 0, err
	}
	return n, nil
}

// The same, called by one that hands on what it was told.
func through(ctx context.Context) error {
	return within(ctx, func() error { return nil })
}

type box struct{ n int }

func (b *box) fill(ctx context.Context) error {
	err := within(ctx, func() error { b.n++; return nil })
	return err
}

func twice(ctx context.Context, b *box) int {
	for range 3 {
		if b.fill(ctx) != nil {
			return 0
		}
	}
	return b.n
}

// With a value beside the error, and results that have names.
func value[T any](ctx context.Context, timeout time.Duration, f func() (T, error)) (result T, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	type both struct {
		value T
		err   error
	}
	c := make(chan both, 1)
	go func() {
		v, err := f()
		c <- both{v, err}
	}()
	select {
	case got := <-c:
		return got.value, got.err
	case <-ctx.Done():
		return result, ctx.Err()
	}
}

func worker(f func() error) error {
	_, err := value(context.Background(), time.Second, func() (struct{}, error) {
		return struct{}{}, f()
	})
	return err
}

func readAll(names []string) (all []string) {
	for _, name := range names {
		var data string
		if err := worker(func() error { data = name; return nil }); err != nil {
			continue
		}
		all = append(all, data)
	}
	return all
}

// poll starts one goroutine after the other.
func poll(f func() bool, timeout time.Duration) error {
	end := time.After(timeout)
	result := make(chan bool, 1)
	for {
		go func() { result <- f() }()
		select {
		case <-end:
			return errors.New("too late")
		case ok := <-result:
			if ok {
				return nil
			}
		}
	}
}

func polled() (int, bool) {
	n := 0
	err := poll(func() bool { n++; return n > 3 }, time.Second)
	if err != nil {
		return 0, false
	}
	return n, true
}

// noError ends the goroutine where there is an error.
func noError(t *testing.T, err error, what string) {
	t.Helper()
	if !isNil(t, err, what) {
		t.FailNow()
	}
}

func isNil(t *testing.T, err error, what string) bool {
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return false
	}
	return true
}

func asserted(t *testing.T) int {
	n := 0
	err := poll(func() bool { n++; return n > 3 }, time.Second)
	noError(t, err, "poll")
	return n
}

// The same for whoever runs the test.
type failer interface {
	Errorf(format string, args ...any)
	FailNow()
}

func must(t failer, err error) {
	if err == nil {
		return
	}
	t.Errorf("%v", err)
	t.FailNow()
}

func required(t failer) int {
	n := 0
	err := poll(func() bool { n++; return n > 3 }, time.Second)
	must(t, err)
	return n
}

// It ends the program.
func fatal() int {
	n := 0
	if err := poll(func() bool { n++; return n > 3 }, time.Second); err != nil {
		log.Fatalf("polling: %v", err)
	}
	return n
}

// A flag tells.
func join(wg *sync.WaitGroup, timeout time.Duration) bool {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(timeout):
		return false
	}
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

func rounds(s *site, walk func() error) error {
	for i := range 3 {
		s.round = i
		if err := starts(s, walk); err != nil {
			return err
		}
	}
	return nil
}

// wrap gives nil for nil alone.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("wrapped: %w", err)
}

func wrapped(s *site, walk func() error) error {
	if err := starts(s, walk); err != nil {
		return wrap(err)
	}
	return nil
}

func wrappedRounds(s *site, walk func() error) error {
	for i := range 3 {
		s.round = i
		if err := wrapped(s, walk); err != nil {
			return err
		}
	}
	return nil
}

// What comes behind an error is found by giving it to the same function again.
func unwrapped(err error, times int) error {
	last := err
	show := func() { fmt.Println(last) }
	for range times {
		last = inner(last)
	}
	show()
	return last
}

func inner(err error) error {
	if err == nil {
		return nil
	}
	return errors.Unwrap(err)
}

func asksAgain(ctx context.Context) (int, error) {
	n := 0
	err := within(ctx, func() error { n = 1; return nil })
	if err != nil {
		return 0, unwrapped(err, 2)
	}
	return n, nil
}

// Where opening fails nothing has been started, and only then it is tried again.
type engine struct {
	mu    sync.Mutex
	wg    sync.WaitGroup
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
	if n == 0 {
		return errors.New("nothing to open")
	}
	e.state = n
	if n == 1 {
		return errors.New("too little")
	}
	e.wg.Go(func() {
		for range 10 {
			fmt.Println(e.state)
		}
	})
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

// Whoever implements the interface ends the goroutine.
type tester interface {
	Log(args ...any)
	Stop(format string, args ...any)
}

type quick struct{}

func (quick) Log(args ...any) {}

func (quick) Stop(format string, args ...any) { runtime.Goexit() }

type loud struct{ quick }

func (l loud) Stop(format string, args ...any) {
	println(format)
	l.quick.Stop(format, args...)
}

func waitOn(t tester, check func() bool) {
	after := time.After(time.Minute)
	result := make(chan bool, 1)
	for {
		go func() { result <- check() }()
		select {
		case <-after:
			t.Stop("timeout")
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
		out = get()
		return out > 3
	})
	return out
}

func all() {
	println(stable(quick{}, func() int { return 1 }), stable(loud{}, func() int { return 2 }))
}

// Why the context is done is told by a function.
func withCause(ctx context.Context, read func() int) (int, error) {
	var n int
	done := make(chan bool, 1)
	go func() {
		n = read()
		done <- true
	}()
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-done:
	}
	return n, nil
}

func readOn(ctx context.Context, read func() int) (sum int, err error) {
	var last int
	get := func() int {
		last++
		return read()
	}
	for {
		n, err := withCause(ctx, get)
		if err != nil {
			return sum, err
		}
		sum += n + last
	}
}
