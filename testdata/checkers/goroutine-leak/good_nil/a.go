// Nil channels where another can be taken, and channels that come from elsewhere.
package nothing

import "context"

type feed struct {
	updates chan int
	stop    chan struct{}
}

func newFeed() *feed {
	return &feed{updates: make(chan int), stop: make(chan struct{})}
}

func (f *feed) watch() {
	<-f.stop
}

func watched() {
	f := newFeed()
	go f.watch()
	close(f.stop)
}

// A nil channel switches an arm off.
func merge(a, b <-chan int, out func(int)) {
	for a != nil || b != nil {
		select {
		case n, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			out(n)
		case n, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			out(n)
		}
	}
}

// Somebody else's context.
func awaited(ctx context.Context, run func()) {
	go func() {
		run()
		<-ctx.Done()
	}()
}

type source[T any] struct {
	out chan T
}

func (s *source[T]) next() T {
	return <-s.out
}

func made() {
	s := source[string]{out: make(chan string, 1)}
	s.out <- "a"
	go func() { println(s.next()) }()
}

// A goroutine of somebody else's channel.
func given(s *source[string]) {
	go func() { println(s.next()) }()
}
