// The deferred call, or what ends the process, is a function literal; nothing is lost.
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
			log.Panic(err)
		}
	}
	cleanup, err := setup("out")
	fail(err)
	defer cleanup()
	fail(os.Chdir("elsewhere"))
}

// What is deferred first runs last.
func step(n int) (failed error) {
	defer func() {
		if failed != nil {
			log.Fatal(failed)
		}
	}()
	defer os.Remove("one")
	return os.Chdir("elsewhere")
}

func all(names func(yield func(string) bool)) {
	for name := range names {
		if name == "" {
			os.Exit(1)
		}
		func() {
			defer os.Remove(name)
			os.Chdir(name)
		}()
	}
}
