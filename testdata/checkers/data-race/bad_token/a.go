// The variable says that the goroutine runs, but not long enough.
package token

import "sync"

// It goes on with what it does when the variable is zero again.
type pool struct {
	mu    sync.Mutex
	free  []int
	wake  chan bool
	swept int
}

func (p *pool) put(x int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, x)
	p.startSweeper()
}

func (p *pool) startSweeper() {
	if p.wake == nil && len(p.free) > 0 {
		p.wake = make(chan bool, 1)
		p.swept = 0 // want `data-race: .p.swept. is written here`
		go p.sweep(p.wake)
	}
}

func (p *pool) sweep(wake chan bool) {
	<-wake
	p.mu.Lock()
	p.wake = nil
	p.mu.Unlock()
	p.swept++ // want `data-race: .p.swept. is written here`
}

func fill(p *pool) {
	for i := range 10 {
		p.put(i)
	}
}

// Somebody else makes it zero.
type batcher struct {
	mu      sync.Mutex
	running bool
	batch   []string
	round   int
}

func (b *batcher) add(item string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.batch = append(b.batch, item)
	if b.running {
		return
	}
	b.running = true
	go b.flush()
}

func (b *batcher) flush() {
	b.round++ // want `data-race: .b.round. is written here`
	b.mu.Lock()
	b.batch = nil
	b.mu.Unlock()
}

func (b *batcher) stop() {
	b.mu.Lock()
	b.running = false
	b.mu.Unlock()
}

func batches(b *batcher) {
	for range 10 {
		b.add("x")
		b.stop()
	}
}

// It is never set.
type server struct {
	mu    sync.Mutex
	conns chan bool
	count int
}

func (s *server) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		go s.run()
	}
}

func (s *server) run() {
	s.count++ // want `data-race: .s.count. is written here`
}

func serve(s *server) {
	s.start()
	s.start()
}

// The variable is nil again although the round may go on.
func broadcast(work chan []int, term chan bool, send func([]int) error) {
	var (
		queue []int
		done  chan struct{}
		fail  = make(chan error, 1)
	)
	for {
		if done == nil && len(queue) > 0 {
			batch := queue
			queue = nil
			done = make(chan struct{}) // want `data-race: .done. is written here while another goroutine reads it`
			go func() {
				if err := send(batch); err != nil {
					fail <- err
				}
				close(done)
			}()
		}
		select {
		case more := <-work:
			queue = append(queue, more...)
		case <-done:
			done = nil
		case <-fail:
			done = nil
		case <-term:
			return
		}
	}
}
