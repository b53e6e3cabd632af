// The process ends in what a function value, an interface, a field or a generic function calls.
package main

import (
	"errors"
	"os"
)

// exit is a variable for the sake of tests.
var exit = os.Exit

type reporter interface{ report(err error) }

type strict struct{}

func (strict) report(err error) {
	if err != nil {
		exit(1)
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
		exit(2) // want `exit-after-defer`
	}
}

func method(name string, r reporter) {
	defer os.Remove(name)
	r.report(errors.New("bad")) // want `exit-after-defer`
}

func generic(name string, list []string) {
	defer os.Remove(name)
	print(first(list[0], errors.New("bad"), strict{})) // want `exit-after-defer`
}

func field(name string) {
	c := newCommand()
	defer os.Remove(name)
	c.onError(errors.New("bad")) // want `exit-after-defer`
}

func main() {
	variable("a")
	method("b", strict{})
	generic("c", os.Args)
	field("d")
}
