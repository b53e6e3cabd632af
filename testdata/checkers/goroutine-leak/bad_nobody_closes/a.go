// Receivers wait for more, and nobody closes the channel.
package closes

import "sync"

type pool struct {
	jobs chan func()
	wg   sync.WaitGroup
}

func newPool() *pool {
	p := &pool{jobs: make(chan func())}
	for range 2 {
		p.wg.Add(1)
		go p.worker()
	}
	return p
}

func (p *pool) worker() {
	defer p.wg.Done()
	for job := range p.jobs { // want `goroutine-leak: receives from a channel that nobody sends on or closes`
		job()
	}
}

func (p *pool) do(job func()) { p.jobs <- job }

func (p *pool) stop() {
	close(p.jobs)
	p.wg.Wait()
}

// The pool is forgotten.
func forget() {
	p := newPool()
	p.do(func() {})
}

// It is stopped on one way only.
func sometimes(f func() error) error {
	p := newPool()
	p.do(func() {})
	if err := f(); err != nil {
		return err
	}
	p.stop()
	return nil
}

// The sender leaves without closing.
func lines(next func() (string, error)) int {
	out := make(chan string)
	go func() {
		for {
			line, err := next()
			if err != nil {
				return
			}
			out <- line
		}
	}()
	n := 0
	for range out { // want `goroutine-leak: receives from a channel that nobody sends on or closes`
		n++
	}
	return n
}
