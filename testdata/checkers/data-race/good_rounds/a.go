// Goroutines that are waited for by what is only known of all of them together.
package rounds

import "sync"

// One at a time: each round receives before the next one starts.
func oneByOne(read func([]byte) ([]byte, bool), send func([]byte) bool, stop chan bool) {
	var block []byte
	var ok bool
	ch := make(chan bool, 1)
	for {
		block, ok = read(block[:0])
		if !ok {
			return
		}
		go func() { ch <- send(block) }()
		select {
		case <-ch:
		case <-stop:
			return
		}
	}
}

// Each worker sends once, whichever way it ends.
func workers(n int, work func(int) error) (int, error) {
	var mu sync.Mutex
	done := 0
	out := make(chan error)
	for i := range n {
		go func() {
			if err := work(i); err != nil {
				out <- err
				return
			}
			mu.Lock()
			done++
			mu.Unlock()
			out <- nil
		}()
	}
	var first error
	for range n {
		if err := <-out; err != nil {
			first = err
		}
	}
	return done, first
}

// The channel is closed at once where nothing is started.
type evaluator struct{ header string }

func (e *evaluator) each(rules []string, slowly bool) <-chan string {
	out := make(chan string, len(rules))
	if slowly {
		for _, rule := range rules {
			out <- e.header + rule
		}
		close(out)
		return out
	}
	go func() {
		var wg sync.WaitGroup
		for _, rule := range rules {
			wg.Go(func() { out <- e.header + rule })
		}
		wg.Wait()
		close(out)
	}()
	return out
}

func evaluate(e *evaluator, rules, headers []string) (all []string) {
	for _, header := range headers {
		e.header = header
		for found := range e.each(rules, false) {
			all = append(all, found)
		}
	}
	return all
}

// Nobody has the channel yet on which the workers wait.
type importer struct {
	input chan string
	stats *stats
}

type stats struct{ lines int }

func newImporter(n int) *importer {
	im := &importer{input: make(chan string, n)}
	for range n {
		go im.work()
	}
	im.stats = &stats{}
	return im
}

func (im *importer) work() {
	for line := range im.input {
		println(line, im.stats)
	}
}

// The result is there where there is a goroutine that sends it.
type command struct {
	result <-chan error
	limit  int
	pipes  []string
}

func (c *command) start() {
	c.pipes = append(c.pipes, "in")
	if c.limit > 0 {
		result := make(chan error)
		c.result = result
		go c.watch(result)
	}
}

func (c *command) watch(result chan<- error) {
	println(len(c.pipes))
	result <- nil
}

func (c *command) wait() error {
	var err error
	if c.result != nil {
		err = <-c.result
	}
	c.pipes = nil
	return err
}

func (c *command) run() error {
	c.start()
	return c.wait()
}

// A function tells the state, under the lock.
type server struct {
	mu       sync.RWMutex
	running  int
	listener *stats
}

func (s *server) state() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.running
}

func (s *server) setState(state int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = state
}

func (s *server) serve(stop chan bool) {
	go s.await(stop)
	s.listener = &stats{}
	s.setState(1)
}

func (s *server) await(stop chan bool) {
	<-stop
	if s.state() != 1 {
		return
	}
	println(s.listener)
}
