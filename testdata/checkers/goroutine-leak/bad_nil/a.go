// Channels that are nil, and selects in which nothing can come.
package nothing

import "context"

type feed struct {
	updates chan int
	stop    chan struct{}
}

// It forgets to make one of them.
func newFeed() *feed {
	return &feed{updates: make(chan int)}
}

func (f *feed) watch() {
	<-f.stop // want `goroutine-leak: receives from a nil channel`
}

func (f *feed) push(n int) {
	f.updates <- n // want `goroutine-leak: sends on a channel that nobody receives from`
}

func watched() {
	f := newFeed()
	go f.watch()
	go f.push(1)
}

// Nobody ends it.
func forever(run func()) {
	go func() {
		run()
		select {} // want `goroutine-leak: waits for nothing`
	}()
}

// A context that is never done.
func background(run func()) {
	ctx := context.Background()
	stop := make(chan struct{})
	go func() {
		run()
		select { // want `goroutine-leak: waits for channels that nobody uses`
		case <-ctx.Done():
		case <-stop:
		}
	}()
}

type source[T any] struct {
	out chan T
}

func (s *source[T]) next() T {
	return <-s.out // want `goroutine-leak: receives from a nil channel`
}

// The zero value has no channel.
func zero() {
	var s source[string]
	go func() { println(s.next()) }()
}
