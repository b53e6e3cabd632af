// A channel that is waited for unless it is nil, because then nothing was started.
package good

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

func (c *command) wait() error {
	if c.watched != nil {
		<-c.watched
	}
	return c.settle()
}

func (c *command) settle() error {
	defer func() { c.err = nil }()
	return c.err
}

func run(c *command) error {
	c.start()
	return c.wait()
}

func runLater(c *command) (err error) {
	c.start()
	defer func() { err = c.wait() }()
	return nil
}

// Use lets the functions run.
func Use(c *command, q *queue) (error, error) {
	go q.loop()
	return run(c), runLater(c)
}
