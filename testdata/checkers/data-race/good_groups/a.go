// Wait groups, directly and through helpers.
package groups

import "sync"

func each(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(i)
		}()
	}
	wg.Wait()
}

func squares(n int) []int {
	out := make([]int, n)
	each(n, func(i int) { out[i] = i * i })
	return append(out, len(out))
}

func pair() (a, b int) {
	var wg sync.WaitGroup
	wg.Go(func() { a = 1 })
	wg.Go(func() { b = 2 })
	wg.Wait()
	return a, b
}

type group struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	err error
}

func (g *group) start(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.mu.Lock()
			g.err = err
			g.mu.Unlock()
		}
	}()
}

func (g *group) wait() error {
	g.wg.Wait()
	return g.err
}

func two(f, h func() error) (n int, err error) {
	var g group
	g.start(f)
	g.start(h)
	g.start(func() error { n = 1; return nil })
	err = g.wait()
	return n, err
}

// The variable is read behind the call, as compilers do.
func all(fs []func() ([]int, error)) ([]int, error) {
	var g group
	var found []int
	for _, f := range fs {
		g.start(func() error {
			more, err := f()
			g.mu.Lock()
			defer g.mu.Unlock()
			found = append(found, more...)
			return err
		})
	}
	return found, g.wait()
}
