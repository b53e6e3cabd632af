// What is made in another package is not stopped by those who use it.
package packages

import (
	"errors"

	"example.com/bad_packages/worker"
)

type runner interface {
	Run(func() error) error
}

// The worker is never closed: through an interface, and by a closure.
func through() error {
	var r runner = worker.New()
	return r.Run(func() error { return nil })
}

var errBusy = errors.New("busy")

// It is closed on one way only.
func closed(busy func() bool) error {
	w := worker.New()
	if busy() {
		return errBusy
	}
	w.Close()
	return nil
}
