// The process ends in the function that defers.
package main

import (
	"bufio"
	"log"
	"os"
	"runtime/pprof"
	"syscall"
)

func main() {
	profile, err := os.Create("cpu.out")
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.StartCPUProfile(profile); err != nil {
		log.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	if err := os.Chdir("elsewhere"); err != nil {
		log.Fatalf("work: %v", err) // want `exit-after-defer: .log.Fatalf. ends the program here, and the deferred .pprof.StopCPUProfile. never runs`
	}
}

func work(args []string) error {
	dir, err := os.MkdirTemp("", "work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if len(args) > 3 {
		os.Exit(2) // want `exit-after-defer: the deferred .os.RemoveAll. never runs`
	}
	return nil
}

func again(name string) error {
	lock, err := os.OpenFile("lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove("lock")
	defer lock.Close()
	return syscall.Exec(name, []string{name}, nil) // want `exit-after-defer: .syscall.Exec.`
}

func list(names []string) {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, name := range names {
		if name == "" {
			log.Fatalln("no name") // want `exit-after-defer: nothing writes what is buffered`
		}
		out.WriteString(name)
	}
}

// Only some of the ways that lead to the end have deferred anything.
func some(name string, temporary bool) {
	if temporary {
		defer os.Remove(name)
	}
	if name == "bad" {
		os.Exit(1) // want `exit-after-defer`
	}
}
