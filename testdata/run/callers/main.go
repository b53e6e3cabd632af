// What programs ask of their own calls: runtime.Caller, Callers, CallersFrames, FuncForPC, and the
// texts of runtime.Stack and debug.Stack.
package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

type shape interface{ where() string }

type square struct{ side int }

func (s square) where() string    { return caller(1) }
func (s *square) pointer() string { return caller(1) }

type named struct{ square }

// Function, file and line of a caller.
func caller(skip int) string {
	pc, file, line, ok := runtime.Caller(skip)
	if !ok {
		return "nobody"
	}
	return fmt.Sprintf("%s at %s:%d", runtime.FuncForPC(pc).Name(), filepath.Base(file), line)
}

// All callers of main and below it, by CallersFrames.
func frames(skip int) (list []string) {
	pcs := make([]uintptr, 20)
	pcs = pcs[:runtime.Callers(skip, pcs)]
	frames := runtime.CallersFrames(pcs)
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "main.") {
			list = append(list, fmt.Sprintf("%s:%d", strings.TrimPrefix(frame.Function, "main."), frame.Line))
			if frame.Func == nil || frame.Func.Name() != frame.Function || frame.PC == 0 {
				list = append(list, "wrong")
			}
		}
		if !more {
			return list
		}
	}
}

func generic[T any](T) []string { return frames(1) }

func recursive(n int) []string {
	if n == 0 {
		return frames(1)
	}
	return recursive(n - 1)
}

func iterate(yield func(int) bool) { yield(1) }

var initialised = caller(1)

func functions() {
	name := func(f any) string { return runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name() }
	fmt.Println(name(caller), name(fmt.Sprint), name(strings.ToUpper))
	fmt.Println(name(square.where), name((*square).pointer), name((&square{}).pointer))
	fmt.Println(name(func() {}))
	f := runtime.FuncForPC(reflect.ValueOf(recursive).Pointer())
	file, line := f.FileLine(f.Entry())
	fmt.Println(f.Name(), filepath.Base(file), line)
	fmt.Println(runtime.FuncForPC(0) == nil)
}

func calls() {
	fmt.Println(initialised)
	fmt.Println(caller(1))
	fmt.Println(caller(100))
	fmt.Println(square{1}.where())
	fmt.Println((&square{1}).pointer())
	var s shape = named{square{2}}
	fmt.Println(s.where())
	bound := s.where
	fmt.Println(bound())
	fmt.Println(frames(1))
	fmt.Println(frames(2))
	fmt.Println(recursive(2))
	func() {
		fmt.Println(caller(1), frames(1))
		func() { fmt.Println(frames(1)) }()
	}()
	for range iterate {
		fmt.Println(frames(1))
	}
	fmt.Println(len(generic(1)))
	result := make(chan []string)
	go func() { result <- frames(1) }()
	fmt.Println(<-result)
	panics()
	defer func() { fmt.Println("deferred", frames(1)) }()
}

func panics() {
	defer func() {
		fmt.Println(recover(), frames(1))
	}()
	var list []int
	list[len(
		list)] = 1
}

var (
	address  = regexp.MustCompile(` \+0x[0-9a-f]+|0x[0-9a-f]+`)
	argument = regexp.MustCompile(`(?m)^([^\t\n][^\n]*)\([^()\n]*\)$`)
	path     = regexp.MustCompile(`(?m)^\t.*/`)
	number   = regexp.MustCompile(`goroutine [0-9]+`)
)

// A trace without what differs from build to build.
func tidy(trace []byte) string {
	trace = address.ReplaceAll(trace, nil)
	trace = argument.ReplaceAll(trace, []byte("$1(...)"))
	trace = path.ReplaceAll(trace, []byte("\t"))
	return string(number.ReplaceAll(trace, []byte("goroutine N")))
}

func stack(all bool) []byte {
	buf := make([]byte, 1<<16)
	return buf[:runtime.Stack(buf, all)]
}

func stacks() {
	fmt.Println(tidy(stack(false)))
	func() { fmt.Println(tidy(stack(false))) }()
	short := make([]byte, 12)
	fmt.Println(runtime.Stack(short, false), string(short[:10]))

	c, ready := make(chan int), make(chan bool)
	go func() { close(ready); <-c }()
	<-ready
	runtime.Gosched()
	all := stack(true)
	fmt.Println(bytes.Count(all, []byte("goroutine ")) >= 2, bytes.Contains(all, []byte("main.stacks.func2")))
	close(c)

	// debug.Stack shows itself, too; its line is that of the standard library.
	text := tidy(debug.Stack())
	lines := strings.Split(text, "\n")
	fmt.Println(lines[0], lines[1])
	fmt.Println(strings.Join(lines[3:], "\n"))
	defer func() {
		recover()
		var kept []string
		for _, line := range strings.Split(tidy(debug.Stack()), "\n") {
			if !strings.Contains(line, ".go:") || strings.Contains(line, "main.go:") {
				kept = append(kept, line)
			}
		}
		fmt.Println(strings.Join(kept, "\n"))
	}()
	panic("for a trace")
}

func main() {
	functions()
	calls()
	stacks()
}
