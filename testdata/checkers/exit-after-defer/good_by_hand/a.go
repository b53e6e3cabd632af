// What is deferred is done by hand before the process ends.
package main

import (
	"bufio"
	"log"
	"os"
)

type store struct{ out *bufio.Writer }

func (s *store) Close() { s.out.Flush() }

func main() {
	s := &store{out: bufio.NewWriter(os.Stdout)}
	defer s.Close()
	if err := os.Chdir("elsewhere"); err != nil {
		s.Close()
		log.Fatal(err)
	}
	helper(s)
}

func other() {
	name := "temporary"
	clean := func() { os.Remove(name) }
	defer clean()
	if len(os.Args) > 2 {
		clean()
		os.Exit(1)
	}
}

func end(s *store, code int) {
	s.Close()
	os.Exit(code)
}

func helper(s *store) {
	defer s.Close()
	if len(os.Args) > 4 {
		end(s, 3)
	}
}
