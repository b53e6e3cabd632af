// Deferred calls that clean up only where no goroutine has been started.
package undone

import (
	"errors"
	"io"
)

type sender struct{ socket int }

func (s *sender) close() { s.socket = -1 }

func (s *sender) send() error {
	if s.socket < 0 {
		return errors.New("closed")
	}
	return nil
}

func advertise(socket int) error {
	s := &sender{socket}
	cleanup := func() { s.close() }
	sending := false
	defer func() {
		if !sending {
			cleanup()
		}
	}()
	if err := s.send(); err != nil {
		return err
	}
	sending = true
	go func() {
		defer cleanup()
		for s.send() == nil {
		}
	}()
	return nil
}

// Behind the start no error is returned.
func stream(c io.Closer, n int) (out chan int, failed error) {
	var err error
	defer func() {
		if failed != nil {
			if err = c.Close(); err != nil {
				println(err.Error())
			}
		}
	}()
	if n == 0 {
		return nil, errors.New("nothing to stream")
	}
	out = make(chan int, 1)
	go func() {
		defer func() {
			if err = c.Close(); err != nil {
				println(err.Error())
			}
		}()
		out <- n
	}()
	return out, nil
}

// Use lets the functions run.
func Use(c io.Closer) (chan int, error) {
	if err := advertise(1); err != nil {
		return nil, err
	}
	return stream(c, 2)
}
