// Receivers are told that no more comes.
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
	for job := range p.jobs {
		job()
	}
}

func (p *pool) do(job func()) { p.jobs <- job }

func (p *pool) stop() {
	close(p.jobs)
	p.wg.Wait()
}

func used() {
	p := newPool()
	defer p.stop()
	p.do(func() {})
}

// The caller stops it.
func start() *pool {
	p := newPool()
	p.do(func() {})
	return p
}

type server struct {
	pool *pool
}

// Whoever has the server may stop it.
func (s *server) open() {
	s.pool = newPool()
}

func lines(next func() (string, error)) int {
	out := make(chan string)
	go func() {
		defer close(out)
		for {
			line, err := next()
			if err != nil {
				return
			}
			out <- line
		}
	}()
	n := 0
	for range out {
		n++
	}
	return n
}
