// What is deferred has an effect outside of the process.
package main

import (
	"compress/gzip"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func main() {
	pack("out.gz")
	lock(os.Stdin)
	server := exec.Command("server")
	if err := server.Start(); err != nil {
		log.Fatal(err)
	}
	defer server.Process.Kill()
	defer fmt.Println("bye")
	if len(os.Args) == 1 {
		log.Fatal("no arguments") // want `exit-after-defer`
	}
}

func pack(name string) {
	file, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	out := gzip.NewWriter(file)
	defer out.Close()
	if _, err := out.Write([]byte(name)); err != nil {
		log.Fatal(err) // want `exit-after-defer: the deferred .compress/gzip.Writer.Close. never runs|gzip.Writer.Close`
	}
}

type guard struct{ file *os.File }

func (g guard) unlock() { syscall.Flock(int(g.file.Fd()), syscall.LOCK_UN) }

func lock(file *os.File) {
	g := guard{file}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		log.Fatal(err)
	}
	defer g.unlock()
	names, err := filepath.Glob("*")
	if err != nil {
		log.Fatal(err) // want `exit-after-defer: nothing unlocks the file`
	}
	fmt.Println(names)
}
