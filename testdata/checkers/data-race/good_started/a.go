// Goroutines that begin behind what happens once, or in it, and callbacks that workers call before
// the function that started them returns.
package started

import "sync"

var (
	limit     int
	limitOnce sync.Once
)

func setLimit() {
	limitOnce.Do(func() { limit = 10 })
}

func Reader(parts chan int) {
	setLimit()
	go func() {
		for part := range parts {
			if part > limit {
				return
			}
		}
	}()
}

func TwoReaders(parts chan int) {
	Reader(parts)
	Reader(parts)
}

var (
	exits    chan int
	exitOnce sync.Once
)

// Only one call makes the channel, and starts what reads from it.
func Register() {
	exitOnce.Do(func() {
		exits = make(chan int)
		go func() {
			for range exits {
			}
		}()
	})
}

func RegisterTwice() {
	Register()
	Register()
}

// Workers, and a goroutine that nobody waits for.
func walk(names []string, visit func(string)) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := make(chan string)
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for name := range in {
				if name == "" {
					go func() {
						for range in {
						}
					}()
					return
				}
				mu.Lock()
				visit(name)
				mu.Unlock()
			}
		}()
	}
	for _, name := range names {
		in <- name
	}
	close(in)
	wg.Wait()
}

func Count(names []string) int {
	n := 0
	walk(names, func(string) { n++ })
	return n
}

// The result is what is returned already.
func keepAlive(beat func()) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				beat()
			}
		}
	}()
	return done
}

func Alive() chan struct{} { return keepAlive(func() {}) }
