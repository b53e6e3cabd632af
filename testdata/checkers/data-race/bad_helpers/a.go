// Goroutines that helpers start for their callers.
package helpers

import "sync"

func background(f func()) {
	go f()
}

func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Go(g)
	wg.Wait()
}

func first() string {
	name := "a"
	background(func() {
		name = "b" // want `data-race: .name. is written here while another goroutine reads it`
	})
	return name
}

func second() int {
	n := 0
	both(
		func() { n = 1 }, // want `data-race: .n. is written here while another goroutine writes it`
		func() { n = 2 },
	)
	return n
}

type pool struct {
	tasks sync.WaitGroup
}

func (p *pool) run(task func() error) {
	p.tasks.Add(1)
	go func() {
		defer p.tasks.Done()
		_ = task()
	}()
}

func tokens(names []string) *string {
	var p pool
	var next *string
	for _, name := range names {
		p.run(func() error {
			if next != nil {
				name = *next
			}
			next = &name // want `data-race: .next. is written here`
			return nil
		})
	}
	p.tasks.Wait()
	return next
}
