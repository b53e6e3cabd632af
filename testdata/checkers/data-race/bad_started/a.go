// Goroutines that are still there when a result is set, and callbacks that nobody waits for.
package started

import "sync"

// Returning an error sets the result that the goroutine uses.
func open(fail func() error) (wg *sync.WaitGroup, err error) {
	wg = &sync.WaitGroup{}
	wg.Add(1)
	go func() {
		wg.Done()
	}()
	if err := fail(); err != nil {
		return nil, err // want `data-race`
	}
	return wg, nil
}

func Open() bool {
	_, err := open(func() error { return nil })
	return err == nil
}

// Each worker calls the function that it is given, at the same time as the others.
func each(names []string, visit func(string)) {
	var wg sync.WaitGroup
	in := make(chan string)
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for name := range in {
				visit(name)
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
	each(names, func(string) { n++ }) // want `data-race: .n. is written here while another goroutine reads it`
	return n
}

// The goroutine of the function that runs once goes on when that is over.
var (
	state int
	once  sync.Once
)

func Start() {
	once.Do(func() {
		go func() {
			state = 1 // want `data-race: .state. is written here while another goroutine reads it`
		}()
	})
}

func Use() int {
	Start()
	return state
}
