// Panics that the arguments rule out: nil receivers, types that nobody passes, flags.
package good

import (
	"fmt"
	"iter"
	"log"
	"slices"
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

var shared pool

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

func serve(names []string, own *pool) {
	defer logged()
	go shared.get()
	go func() { shared.get() }()
	// What the runtime says of nil is as good.
	go own.get()
	work := func() { fmt.Println(flat(names, "more")) }
	go func() {
		work()
	}()
	go fast.cost()
	strict := false
	go through(strict, names)
}

// Only tests set it: outside of them nothing recovers, and nothing looks as if it did.
var hook func(any)

func noted() {
	if hook != nil {
		if r := recover(); r != nil {
			hook(r)
		}
	}
}

func watch(names []string) {
	defer noted()
	go check(true, names)
}

// What is recovered goes on, when the workers have been told.
func told(done chan bool) {
	if r := recover(); r != nil {
		close(done)
		panic(r)
	}
}

func tell(names []string) {
	done := make(chan bool)
	defer told(done)
	go check(true, names)
}

// The language checks how functions range, and nothing panics.
func each(seq iter.Seq[string]) {
	defer logged()
	go func() {
		for name := range seq {
			fmt.Println(name)
		}
	}()
}

// What is given is seen, and does not panic.
type manager struct{ name string }

func (m *manager) run(work func(*manager)) {
	m.name = "busy"
	work(m)
}

func populate(m *manager) { fmt.Println(m.name) }

func start() {
	defer logged()
	go new(manager).run(populate)
}

// Use lets the functions run.
func Use(names []string) {
	serve(names, new(pool))
	watch(names)
	tell(names)
	each(slices.Values(names))
	start()
}
