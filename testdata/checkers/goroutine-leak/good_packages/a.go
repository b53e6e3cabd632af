// What is made in another package is stopped by those who use it, or handed on.
package packages

import (
	"errors"

	"example.com/good_packages/worker"
)

type runner interface {
	Run(func() error) error
	Close()
}

func through() error {
	var r runner = worker.New()
	defer r.Close()
	return r.Run(func() error { return nil })
}

var errBusy = errors.New("busy")

func closed(busy func() bool) error {
	w := worker.New()
	defer func() { w.Close() }()
	if busy() {
		return errBusy
	}
	return nil
}

var shared runner

// Whoever uses the variable may close it.
func share() {
	shared = worker.New()
}

// The caller may.
func open() runner {
	return worker.New()
}
