// A channel that is waited for unless it is nil, too late, or that not all wait for.
package bad

import "errors"

type command struct {
	limit   int
	err     error
	watched chan error
}

func (c *command) start() {
	if c.limit > 0 {
		done := make(chan error)
		c.watched = done
		go c.watch(done)
	}
}

func (c *command) watch(done chan<- error) {
	if c.limit > 10 {
		c.err = errors.New("limit")
	}
	done <- c.err
}

// The deferred call runs whether or not it has waited.
func (c *command) wait(quick bool) error {
	defer func() { c.err = nil }() // want `goroutine-defer-capture`
	if quick {
		return nil
	}
	if c.watched != nil {
		<-c.watched
	}
	return nil
}

func run(c *command, quick bool) error {
	c.start()
	return c.wait(quick)
}

// Use lets the functions run.
func Use(c *command, q *queue, quick bool) error {
	q.loop()
	return run(c, quick)
}
