// The deferred call, or what ends the process, is a function literal.
package main

import (
	"bufio"
	"log"
	"os"
)

func setup(name string) (cleanup func(), err error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriter(file)
	return func() {
		out.Flush()
		file.Close()
	}, nil
}

func main() {
	fail := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	cleanup, err := setup("out")
	fail(err)
	defer cleanup()
	fail(os.Chdir("elsewhere")) // want `exit-after-defer: this call may end the program by .log.Fatal., and the deferred .cleanup. never runs: nothing writes what is buffered`
}

func step(n int) (failed error) {
	defer os.Remove("one")
	defer func() {
		if failed != nil {
			log.Fatal(failed) // want `exit-after-defer: the deferred .os.Remove. never runs`
		}
	}()
	return os.Chdir("elsewhere")
}

// Deferred by the body of a loop, for the function around it.
func all(names func(yield func(string) bool)) {
	for name := range names {
		defer os.Remove(name)
		if name == "" {
			os.Exit(1) // want `exit-after-defer`
		}
	}
}
