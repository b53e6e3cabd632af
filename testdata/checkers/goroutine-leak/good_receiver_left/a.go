// The receiver may leave: somebody else takes the value, or it is not needed.
package left

import (
	"context"
	"errors"
	"time"
)

func work() int { return len(time.Now().String()) }

// There is room.
func cancelled(ctx context.Context) (int, error) {
	result := make(chan int, 1)
	go func() { result <- work() }()
	select {
	case n := <-result:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// The sender leaves, too.
func send(ctx context.Context, to chan<- int) {
	select {
	case to <- work():
	case <-ctx.Done():
	}
}

func early(ctx context.Context, validate func() error) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan int)
	go send(ctx, result)
	if err := validate(); err != nil {
		return 0, err
	}
	select {
	case n := <-result:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

type reply struct {
	value int
	err   error
}

type call struct {
	done chan reply
}

func (c *call) finish(r reply) {
	select {
	case c.done <- r:
	default:
	}
}

func timeout() (int, error) {
	c := &call{done: make(chan reply, 1)}
	go func() { c.finish(reply{value: work()}) }()
	select {
	case r := <-c.done:
		return r.value, r.err
	case <-time.After(time.Second):
		return 0, errors.New("too late")
	}
}

// There is room for all.
func first(names []string) int {
	if len(names) == 0 {
		return 0
	}
	found := make(chan int, len(names))
	for range names {
		go func() { found <- work() }()
	}
	return <-found
}

// All are received.
func all(names []string) (sum int) {
	found := make(chan int)
	for range names {
		go func() { found <- work() }()
	}
	for range names {
		sum += <-found
	}
	return sum
}

// The rest is drained.
func drained(stop func() bool) {
	found := make(chan int)
	go func() {
		defer close(found)
		for i := 0; i < 3; i++ {
			found <- i
		}
	}()
	for range found {
		if stop() {
			go func() {
				for range found {
				}
			}()
			return
		}
	}
}
