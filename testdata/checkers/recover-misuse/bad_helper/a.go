// A helper of the deferred function, in this package and in another.
package main

import (
	"log"

	"example.com/bad_helper/internal/guard"
)

type server struct{ failed int }

func (s *server) report(where string) {
	if r := recover(); r != nil { // want `recover-misuse: .*report. is called by a deferred function, and is never deferred itself`
		s.failed++
		log.Println(where, r)
	}
}

func (s *server) serve(handle func()) {
	defer func() {
		s.report("serve")
	}()
	handle()
}

func work(handle func()) (err error) {
	defer func() {
		err = guard.Err()
	}()
	handle()
	return nil
}

func main() {
	s := &server{}
	s.serve(func() { panic("bad") })
	log.Println(work(func() { panic("bad") }))
}
