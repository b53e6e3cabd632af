// The receiver leaves before the value comes.
package left

import (
	"context"
	"errors"
	"time"
)

func work() int { return len(time.Now().String()) }

// The context may be done first.
func cancelled(ctx context.Context) (int, error) {
	result := make(chan int)
	go func() {
		result <- work() // want `goroutine-leak: sends on a channel that nobody receives from`
	}()
	select {
	case n := <-result:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// A helper sends, on a channel that it is given.
func send(to chan<- int) {
	to <- work() // want `goroutine-leak: a goroutine that runs .send. sends on a channel`
}

func early(validate func() error) (int, error) {
	result := make(chan int)
	go send(result)
	if err := validate(); err != nil {
		return 0, err
	}
	return <-result, nil
}

type reply struct {
	value int
	err   error
}

type call struct {
	done chan reply
}

func (c *call) finish(r reply) {
	c.done <- r // want `goroutine-leak: sends on a channel that nobody receives from`
}

// The channel is in a field, and a method sends.
func timeout() (int, error) {
	c := &call{done: make(chan reply)}
	go func() { c.finish(reply{value: work()}) }()
	select {
	case r := <-c.done:
		return r.value, r.err
	case <-time.After(time.Second):
		return 0, errors.New("too late")
	}
}

// As many send as there are, one is received.
func first(names []string) int {
	found := make(chan int)
	for range names {
		go func() {
			found <- work() // want `goroutine-leak: sends on a channel that nobody receives from`
		}()
	}
	return <-found // want `goroutine-leak: receives from a channel that nobody sends on`
}
