// What looks as if all goroutines were waited for together.
package rounds

import "sync"

// A round may end without having received.
func oneByOne(read func([]byte) ([]byte, bool), send func([]byte) bool, next chan bool) {
	var block []byte
	var ok bool
	ch := make(chan bool, 1)
	for {
		block, ok = read(block[:0]) // want `data-race: .block. is written here while another goroutine reads it`
		if !ok {
			return
		}
		go func() { ch <- send(block) }() // want `goroutine-leak`
		select {
		case <-ch:
		case <-next:
		}
	}
}

// A worker may send twice.
func workers(n int, work func(int) error) (int, error) {
	var mu sync.Mutex
	done := 0
	out := make(chan error, 2*n)
	for i := range n {
		go func() {
			if err := work(i); err != nil {
				out <- err
			}
			mu.Lock()
			done++ // want `data-race: .done. is written here while another goroutine reads it`
			mu.Unlock()
			out <- nil // want `goroutine-leak`
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

// The channel is closed although something is started.
type evaluator struct{ header string }

func (e *evaluator) each(rules []string) <-chan string {
	out := make(chan string, len(rules))
	go func() {
		for _, rule := range rules {
			println(e.header + rule)
		}
	}()
	close(out)
	return out
}

func evaluate(e *evaluator, rules, headers []string) (all []string) {
	for _, header := range headers {
		e.header = header // want `data-race: .e.header. is written here while another goroutine reads it`
		for found := range e.each(rules) {
			all = append(all, found)
		}
	}
	return all
}

// The workers look before they wait.
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
	im.stats = &stats{} // want `data-race: .im.stats. is written here while another goroutine reads it`
	return im
}

func (im *importer) work() {
	println(im.stats)
	for line := range im.input {
		println(line)
	}
}

// The result comes too early.
type command struct {
	result <-chan error
	limit  int
	pipes  []string
}

func (c *command) start() {
	c.pipes = append(c.pipes, "in")
	if c.limit > 0 {
		result := make(chan error, 1)
		c.result = result
		go c.watch(result)
	}
}

func (c *command) watch(result chan<- error) {
	result <- nil
	println(len(c.pipes))
}

func (c *command) wait() error {
	var err error
	if c.result != nil {
		err = <-c.result
	}
	c.pipes = nil // want `data-race: .c.pipes. is written here while another goroutine reads it`
	return err
}

func (c *command) run() error {
	c.start()
	return c.wait()
}

// The state is told before the listener is there.
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
	s.setState(1)
	s.listener = &stats{} // want `data-race: .s.listener. is written here while another goroutine reads it`
}

func (s *server) await(stop chan bool) {
	<-stop
	if s.state() != 1 {
		return
	}
	println(s.listener)
}
