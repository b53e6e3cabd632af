// Function values and interfaces behind which the process does not end.
package main

import (
	"errors"
	"os"
)

// exit is a variable for the sake of tests.
var exit = func(code int) { panic(code) }

type reporter interface{ report(err error) }

type lenient struct{ errs []error }

func (l *lenient) report(err error) {
	if err != nil {
		l.errs = append(l.errs, err)
	}
}

type command struct {
	onError func(error)
}

func newCommand() *command {
	return &command{onError: func(err error) { exit(3) }}
}

func first[T any](value T, err error, r reporter) T {
	if err != nil {
		r.report(err)
	}
	return value
}

func variable(name string) {
	defer os.Remove(name)
	if name == "" {
		exit(2)
	}
}

func method(name string, r reporter) {
	defer os.Remove(name)
	r.report(errors.New("bad"))
}

func generic(name string, list []string) {
	defer os.Remove(name)
	print(first(list[0], errors.New("bad"), &lenient{}))
}

func field(name string) {
	c := newCommand()
	defer os.Remove(name)
	c.onError(errors.New("bad"))
}

func main() {
	variable("a")
	method("b", &lenient{})
	generic("c", os.Args)
	field("d")
	os.Exit(0)
}
