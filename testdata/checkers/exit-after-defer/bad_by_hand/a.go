// What is deferred is done by hand, but something else, later, or on another way.
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
	t := &store{out: bufio.NewWriter(os.Stderr)}
	defer s.Close()
	if err := os.Chdir("elsewhere"); err != nil {
		t.Close()
		log.Fatal(err) // want `exit-after-defer`
	}
}

func rest(s *store) {
	other()
	helper(s)
}

func other() {
	name := "temporary"
	clean := func() { os.Remove(name) }
	defer clean()
	if len(os.Args) > 2 {
		if len(os.Args) > 3 {
			clean()
		}
		os.Exit(1) // want `exit-after-defer`
	}
	clean()
}

func end(code int) {
	os.Exit(code)
}

func helper(s *store) {
	defer s.Close()
	if len(os.Args) > 4 {
		end(3) // want `exit-after-defer`
	}
}
