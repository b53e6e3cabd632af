// Deferred calls that clean up although a goroutine has been started.
package undone

import (
	"errors"
	"io"
)

type sender struct{ socket int }

func (s *sender) send() error {
	if s.socket < 0 {
		return errors.New("closed")
	}
	return nil
}

// What says that the goroutine runs may be taken back.
func advertise(socket int) error {
	s := &sender{socket}
	sending := false
	defer func() {
		if !sending {
			s.socket = -1 // want `goroutine-defer-capture`
		}
	}()
	sending = true
	go func() {
		for s.send() == nil {
		}
	}()
	if socket == 3 {
		sending = false
	}
	return nil
}

// It may fail behind the start, too.
func stream(c io.Closer, n int) (out chan int, failed error) {
	var err error
	defer func() {
		if failed != nil && err == nil { // want `goroutine-defer-capture`
			err = c.Close() // want `goroutine-defer-capture`
		}
	}()
	out = make(chan int, 1)
	go func() {
		_, err = io.WriteString(io.Discard, "begins")
	}()
	if n == 3 {
		return nil, errors.New("too many")
	}
	return out, nil
}

// Use lets the functions run.
func Use(c io.Closer) (chan int, error) {
	if err := advertise(1); err != nil {
		return nil, err
	}
	return stream(c, 2)
}
