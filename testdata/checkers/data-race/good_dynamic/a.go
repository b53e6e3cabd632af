// Interfaces and function values: each implementation has its own state.
package dynamic

import "sync"

type sink interface{ put(int) }

type counting struct {
	mu sync.Mutex
	n  int
}

func (c *counting) put(v int) {
	c.mu.Lock()
	c.n += v
	c.mu.Unlock()
}

type discarding struct{ seen, dropped int }

func (d *discarding) put(v int) {}

func pump(s sink, values []int) {
	for _, v := range values {
		s.put(v)
	}
}

func run(values []int) {
	s := &counting{}
	go pump(s, values)
	go pump(&discarding{}, values)
	pump(s, values)
}

func option(n int) func(*counting) {
	return func(c *counting) { c.n = n }
}

func configured(values []int) *counting {
	c := &counting{}
	for _, apply := range []func(*counting){option(1), option(2)} {
		apply(c)
	}
	option(3)(c)
	go pump(c, values)
	return c
}
