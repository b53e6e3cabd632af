// Nothing is deferred yet where the process ends, or nothing any more.
package main

import (
	"bufio"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

func main() {
	os.Exit(run(os.Args))
}

func run(args []string) int {
	profile, err := os.Create("cpu.out")
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(profile); err != nil {
		log.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	if err := work(args); err != nil {
		log.Printf("work: %v", err)
		return 1
	}
	return 0
}

func work(args []string) error {
	if len(args) > 3 {
		return os.ErrInvalid
	}
	dir, err := os.MkdirTemp("", "work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if len(args) > 2 {
		log.Panic("too many arguments")
	}
	if len(args) > 1 {
		runtime.Goexit()
	}
	return nil
}

func list(names []string) {
	func() {
		out := bufio.NewWriter(os.Stdout)
		defer out.Flush()
		for _, name := range names {
			out.WriteString(name)
		}
	}()
	if len(names) == 0 {
		log.Fatalln("no names")
	}
}

// The way on which something is deferred is another.
func some(name string, temporary bool) {
	if temporary {
		defer os.Remove(name)
		return
	}
	if name == "bad" {
		os.Exit(1)
	}
}
