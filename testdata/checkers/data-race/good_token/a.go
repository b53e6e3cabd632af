// A variable says whether the goroutine runs, so there is one at most.
package token

import "sync"

// It ends with the variable zero again, under the lock.
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
		p.swept = 0
		go p.sweep()
	}
}

func (p *pool) sweep() {
	for {
		<-p.wake
		p.swept++
		p.mu.Lock()
		if len(p.free) == 0 {
			p.wake = nil
			p.mu.Unlock()
			return
		}
		p.free = p.free[1:]
		p.mu.Unlock()
	}
}

func fill(p *pool) {
	for i := range 10 {
		p.put(i)
	}
}

// A flag, and the goroutine is started for the next batch.
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
	b.round++
	b.mu.Lock()
	b.batch = nil
	b.running = false
	b.mu.Unlock()
}

func batches(b *batcher) {
	for range 10 {
		b.add("x")
	}
}

// It is started once, lazily, by a function that is kept.
func lazily(ticks chan bool) error {
	var notify chan bool
	var err error
	watch := func() {
		notify = make(chan bool, 1)
		go func() {
			defer close(notify)
			for range ticks {
				notify <- true
			}
			err = nil
		}()
	}
	for {
		if notify == nil {
			watch()
		}
		if _, ok := <-notify; !ok {
			break
		}
	}
	return err
}

// Each round has a channel of its own, in one variable, which is nil again when the round is over.
func broadcast(work chan []int, term chan bool, send func([]int) error) {
	var (
		queue  []int
		done   chan struct{}
		fail   = make(chan error, 1)
		failed bool
	)
	for {
		if done == nil && len(queue) > 0 {
			batch := queue
			queue = nil
			done = make(chan struct{})
			go func() {
				if err := send(batch); err != nil {
					fail <- err
					return
				}
				close(done)
			}()
		}
		select {
		case more := <-work:
			if failed {
				continue
			}
			queue = append(queue, more...)
		case <-done:
			done = nil
		case <-fail:
			failed = true
		case <-term:
			return
		}
	}
}
