// Panics that the arguments of some call do not rule out.
package bad

import (
	"fmt"
	"log"
)

type pool struct{ free []int }

func (p *pool) pin() {
	if p == nil {
		panic("nil pool")
	}
}

func (p *pool) get() int {
	p.pin()
	return len(p.free)
}

func flat(args ...any) []string {
	var all []string
	for _, arg := range args {
		switch arg := arg.(type) {
		case string:
			all = append(all, arg)
		case []string:
			all = append(all, arg...)
		default:
			panic(fmt.Sprintf("flat: %T", arg))
		}
	}
	return all
}

type mode int

const (
	fast mode = iota
	slow
)

func (m mode) cost() int {
	switch m {
	case fast:
		return 1
	case slow:
		return 2
	}
	panic("no such mode")
}

func check(strict bool, names []string) {
	if len(names) == 0 {
		if strict {
			panic("no names")
		}
		log.Println("no names")
	}
}

func through(strict bool, names []string) { check(strict, names) }

func logged() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func serve(names []string, m mode, any []any) {
	defer logged()
	var none *pool
	go none.get()              // want `unrecovered-goroutine-panic`
	go flat(names, len(names)) // want `unrecovered-goroutine-panic`
	go flat(any...)            // want `unrecovered-goroutine-panic`
	work := func() { fmt.Println(flat(names, nil)) }
	go func() { // want `unrecovered-goroutine-panic`
		work()
	}()
	go m.cost()             // want `unrecovered-goroutine-panic`
	go mode(2).cost()       // want `unrecovered-goroutine-panic`
	go through(true, names) // want `unrecovered-goroutine-panic`
}

// A hook that is set recovers.
var hook func(any)

// SetHook sets the hook.
func SetHook(f func(any)) { hook = f }

func noted() {
	if hook != nil {
		if r := recover(); r != nil {
			hook(r)
		}
	}
}

func watch(names []string) {
	defer noted()
	go check(true, names) // want `unrecovered-goroutine-panic`
}

// Only some panics go on.
func told(done chan bool) {
	if r := recover(); r != nil {
		close(done)
		if _, ok := r.(error); ok {
			panic(r)
		}
	}
}

func tell(names []string) {
	done := make(chan bool)
	defer told(done)
	go check(true, names) // want `unrecovered-goroutine-panic`
}

// What is given is seen, and panics.
type manager struct{ name string }

func (m *manager) run(work func(*manager)) {
	m.name = "busy"
	work(m)
}

func populate(m *manager) { check(true, nil) }

func start() {
	defer logged()
	go new(manager).run(populate) // want `unrecovered-goroutine-panic: the goroutine may panic`
}

// Use lets the functions run.
func Use(names []string, any []any) {
	serve(names, fast, any)
	watch(names)
	tell(names)
	start()
}
