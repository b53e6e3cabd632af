// Traces: where calls are, as runtime.Caller and the end of a program tell it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type T struct{ p *int }

func (t *T) get() int { return *t.p }

func (t T) val(f func(int) int) int { return f(1) }

func gen[E any](e E, f func()) { f() }

//go:noinline
func nilDeref() { (&T{}).get() }

func deferred() {
	defer func() {
		panic("second")
	}()
	panic("first")
}

func repanic() {
	defer func() {
		r := recover()
		panic(r)
	}()
	panic(fmt.Errorf("bad"))
}

func where(skip int) string {
	pc, file, line, ok := runtime.Caller(skip)
	return fmt.Sprint(runtime.FuncForPC(pc).Name(), " ", file[strings.LastIndex(file, "/")+1:], " ", line, " ", ok)
}

var initialised = func() string { return where(1) }()

func init() { fmt.Println(where(1)) }

func init() { fmt.Println(where(1)) }

func main() {
	fmt.Println(initialised)
	fmt.Println(where(0), where(1))
	func() {
		fmt.Println(where(1))
		func() { fmt.Println(where(1)) }()
		func() { fmt.Println(where(1)) }()
	}()
	for i := range func(yield func(int) bool) { yield(1) } {
		fmt.Println(i, where(1))
		func() { fmt.Println(where(1)) }()
	}
	gen(1, func() { fmt.Println(where(1), where(2)) })
	T{}.val(func(int) int { fmt.Println(where(2)); return 0 })
	frames := runtime.CallersFrames(func() []uintptr {
		pcs := make([]uintptr, 10)
		return pcs[:runtime.Callers(0, pcs)]
	}())
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") || f.Function == "runtime.Callers" {
			fmt.Println(f.Function, f.Line > 0)
		}
		if !more {
			break
		}
	}
	if len(os.Args) < 2 {
		return
	}
	switch os.Args[1] {
	case "nil":
		nilDeref()
	case "deferred":
		deferred()
	case "repanic":
		repanic()
	case "go":
		go func() {
			var m map[string]int
			m["x"] = 1
		}()
		time.Sleep(time.Second)
	case "deadlock":
		c := make(chan int)
		go func() { c <- 1; <-c; c <- 2 }()
		<-c
		go func() { select {} }()
		<-c
	case "index":
		s := []int{1}
		gen("", func() { _ = s[len(os.Args)] })
	}
}
