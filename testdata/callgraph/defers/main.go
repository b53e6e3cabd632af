// Deferred calls, new goroutines, and the values of panics.
package main

type failure interface{ reason() string }

type fault struct{}

func (fault) reason() string { return "fault" }

type unused struct{}

func (unused) reason() string { return "unused" }

func guard(f func()) {
	defer func() { // vta: guard$1
		if r, ok := recover().(failure); ok {
			println(r.reason()) // vta: fault.reason
		}
	}()
	f() // vta: main$1
}

func first() {}

func second() {}

func start(f func()) {
	go f() // vta: first
}

func later(f func()) {
	defer f() // vta: second
}

func main() {
	guard(func() { panic(fault{}) })
	start(first)
	later(second)
	var f failure = unused{}
	println(f.reason()) // vta: unused.reason
}
