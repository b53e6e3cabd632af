// Helpers that are deferred themselves, here or by who calls them.
package main

import (
	"log"

	"example.com/good_helper/internal/guard"
)

type reporter interface{ report(where string) }

type server struct{ failed int }

func (s *server) report(where string) {
	if r := recover(); r != nil {
		s.failed++
		log.Println(where, r)
	}
}

func (s *server) serve(handle func()) {
	var r reporter = s
	defer r.report("serve")
	handle()
}

func work(handle func()) (err error) {
	defer guard.Err(&err)
	handle()
	return nil
}

func main() {
	s := &server{}
	s.serve(func() { panic("bad") })
	log.Println(work(func() { panic("bad") }))
}

// Called as well as deferred.
func (s *server) check() {
	s.report("check")
}
