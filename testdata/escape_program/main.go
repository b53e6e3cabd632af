// Where allocations get to in a whole program. Behind a line stands what is allocated there and
// how far it gets.
package main

import (
	"os"
	"sync/atomic"
)

type setter interface{ set(*int) }

type reader struct{ sum int }

func (r *reader) set(p *int) { r.sum += *p }

type keeper struct{ p *int }

func (k *keeper) set(p *int) { k.p = p }

// Only readers get here.
type getter interface{ get(*int) int }

type value struct{ n int }

func (v value) get(p *int) int { return v.n + *p }

// Promotes get by pointer: the wrapper follows it.
type outer struct {
	name string
	*inner
}

type inner struct{ n int }

func (i *inner) get(p *int) int { return i.n + *p }

func useSetter(s setter) {
	x := 1 //! x heap
	s.set(&x)
}

func useGetter(g getter) int {
	x := 2 //! x frame
	return g.get(&x)
}

// No function that is ever called here keeps its argument.
func callReaders(f func(*int) int) int {
	x := 3 //! x frame
	return f(&x)
}

func callKeepers(f func(*int)) {
	x := 4 //! x global
	f(&x)
}

var kept *int

// The compiler tells five results apart.
func many(a, b, c, d, e, f *int) (_, _, _, _, _, _ *int) { return a, b, c, d, e, f }

func manyResults() int {
	x := 5 //! x frame
	_, _, _, _, _, last := many(nil, nil, nil, nil, nil, &x)
	return *last
}

func goroutines(done chan *int) {
	x := 6              //! x goroutine
	y := 7              //! y goroutine
	go func() { x++ }() //! func literal goroutine
	done <- &y
}

func layout() int {
	var big [1 << 20]byte //! big forced
	part := big[:]
	sum := len(part)
	for i := range 3 {
		x := i                 //! x forced
		defer func() { x++ }() //! func literal forced
	}
	return sum
}

// How a receiver gets to the method of a type argument is not looked at.
func apply[T getter](t T, p *int) int { return t.get(p) }

func generic() int {
	x := 8                                            //! x frame
	return apply(value{1}, &x) + apply(&inner{2}, &x) //! &inner{...} heap
}

func each(n int) func(func(*int) bool) {
	return func(yield func(*int) bool) { //! func literal heap
		for i := range n {
			x := i //! x frame
			if !yield(&x) {
				return
			}
		}
	}
}

func rangeFunc() (sum int) { //! sum frame
	for p := range each(3) { //! func literal frame; #state1 frame
		sum += *p
	}
	return sum
}

// A method value has its receiver in it, and no place for it among its arguments.
func methodValue() {
	r := reader{} //! r frame
	bound(r.set)  //! r.set frame
}

func bound(set func(*int)) {
	x := 9 //! x frame
	set(&x)
}

// What panics is not in a frame any more.
func fails(n int) {
	if n > 100 {
		panic(n) //! n heap
	}
}

// Of the recursive functions one keeps its argument, and so does the other.
func ping(g getter, p *int, n int) {
	if n > 0 {
		step := stepper(pong)
		step(g, p, n)
	}
}

type stepper func(getter, *int, int)

func pong(g getter, p *int, n int) {
	x := 10 //! x global
	kept = p
	ping(g, &x, n-1)
}

type published struct{ p atomic.Pointer[int] }

// On the way into memory the pointer is a number.
func (to *published) publish() {
	x := 12 //! x heap
	to.p.Store(&x)
}

var shared published

func neverCalled() *int {
	x := 11 //! x heap never
	return &x
}

func main() {
	shared.publish()
	useSetter(&reader{})                               //! &reader{} frame
	useSetter(&keeper{})                               //! &keeper{} frame
	sum := useGetter(value{1})                         //! value{...} frame
	sum += useGetter(outer{"", &inner{3}})             //! outer{...} frame; &inner{...} frame
	sum += callReaders(func(p *int) int { return *p }) //! func literal frame
	callKeepers(func(p *int) { kept = p })             //! func literal frame
	goroutines(make(chan *int, 1))
	sum += manyResults() + layout() + generic() + rangeFunc()
	methodValue()
	fails(sum)
	ping(value{2}, nil, len(os.Args)) //! value{...} frame
	os.Exit(sum)
}
