// Defer, recover, return and Goexit in the bodies of range statements over functions.
package main

import (
	"fmt"
	"iter"
	"runtime"
)

// An iterator with deferred calls of its own.
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("  iterator over", n, "is done")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s: panic %v (%T)\n", name, r, r)
		}
	}()
	fmt.Println(name)
	f()
}

// What a body defers runs when the function around returns, last first, whatever the loop.
func order() {
	defer fmt.Println("  deferred before the loops")
	for i := range count(2) {
		defer fmt.Println("  deferred in the outer body", i)
		for j := range count(2) {
			defer func() { fmt.Println("  deferred in the inner body", i, j) }()
		}
		fmt.Println("  inner loop is over", i)
	}
	defer fmt.Println("  deferred behind the loops")
	fmt.Println("  function ends")
}

// Deferred calls of a body see and set the results of the function around.
func results(fail bool) (n int, err error) {
	for i := range count(4) {
		defer func() { n = n*10 + i }()
		if i == 2 {
			if fail {
				err = fmt.Errorf("failed at %d", i)
				return
			}
			return i + 5, nil
		}
	}
	return 1, nil
}

// A call deferred in a body recovers a panic of the body, of the iterator, and of what follows.
func recovers(where string) (result string) {
	seq := func(yield func(int) bool) {
		yield(1)
		if where == "iterator" {
			panic("iterator")
		}
	}
	for i := range seq {
		defer func() {
			if r := recover(); r != nil {
				result = fmt.Sprint("recovered ", r, " with ", i)
			}
		}()
		if where == "body" {
			panic("body")
		}
	}
	if where == "behind" {
		panic("behind")
	}
	return "no panic"
}

// recover is called by the body, not by the deferred function around it: it recovers nothing. Nor
// does it in a function that the body defers, which runs when the deferred function returns.
func recoverInDeferred(nested bool) (text string) {
	defer func() {
		for range count(1) {
			if nested {
				defer func() { text = fmt.Sprint("nested ", recover()) }()
			}
			fmt.Println("  recover in the body:", recover())
		}
		if !nested {
			text = fmt.Sprint("behind the loop ", recover())
		}
	}()
	panic("first")
}

// A body that is called by a deferred call of the iterator while that panics.
func yieldWhilePanicking() {
	seq := func(yield func(int) bool) {
		defer func() { yield(2) }()
		yield(1)
		panic("of the iterator")
	}
	defer func() { fmt.Println("  recovered", recover()) }()
	for i := range seq {
		fmt.Println("  body", i, recover())
	}
}

// The panic value of a body passes through an iterator that recovers it and panics again.
func repanics() {
	seq := func(yield func(int) bool) {
		defer func() {
			r := recover()
			fmt.Println("  iterator sees", r)
			panic(r)
		}()
		yield(1)
	}
	for range seq {
		panic("of the body")
	}
}

// runtime.Goexit in a body runs deferred calls of body, iterator and function, and recovers nothing.
func exits() {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { fmt.Println("  exiting:", recover()) }()
		for i := range count(3) {
			defer fmt.Println("  deferred in the body", i)
			if i == 1 {
				runtime.Goexit()
			}
		}
		fmt.Println("  not reached")
	}()
	<-done
}

// A body that another goroutine calls once the loop is over.
func misuseByGoroutine() {
	kept := make(chan func(int) bool, 1)
	seq := func(yield func(int) bool) { kept <- yield }
	for i := range seq {
		fmt.Println("  body", i)
	}
	result := make(chan any)
	go func() {
		defer func() { result <- recover() }()
		yield := <-kept
		yield(1)
	}()
	fmt.Println("  in another goroutine:", <-result)
}

// Methods, method values and generic functions as iterators.
type list[T any] struct{ items []T }

func (l *list[T]) all(yield func(int, T) bool) {
	for i, item := range l.items {
		if !yield(i, item) {
			return
		}
	}
}

func (l list[T]) none(yield func() bool) {
	for range l.items {
		if !yield() {
			return
		}
	}
}

func methods() {
	l := &list[string]{[]string{"a", "b", "c"}}
	for i, s := range l.all {
		if i == 1 {
			continue
		}
		fmt.Println(" ", i, s)
	}
	all := l.all
	l = nil
	n := 0
	for range all {
		n++
	}
	l = &list[string]{make([]string, 2)}
	for range l.none {
		n += 10
	}
	var indirect interface {
		all(func(int, string) bool)
	} = l
	for i := range indirect.all {
		n += 100 * (i + 1)
	}
	fmt.Println(" ", n)
}

// Labels and gotos that leave several loops at once, with deferred calls on the way.
func leaves(how int) (n int) {
	defer func() { fmt.Println("  left with", n) }()
outer:
	for i := range count(2) {
		for j := range count(2) {
			defer func() { n += 100 }()
			switch how {
			case 0:
				continue outer
			case 1:
				break outer
			case 2:
				goto end
			case 3:
				return 7
			}
			n += i + j
		}
	}
	n++
end:
	n += 2
	return n
}

func main() {
	try("order", order)
	try("results", func() {
		fmt.Println(results(false))
		fmt.Println(results(true))
	})
	for _, where := range []string{"body", "iterator", "behind", "nowhere"} {
		try("recovers "+where, func() { fmt.Println(" ", recovers(where)) })
	}
	try("recover in deferred", func() { fmt.Println(" ", recoverInDeferred(false)) })
	try("recover in nested deferred", func() { fmt.Println(" ", recoverInDeferred(true)) })
	try("yield while panicking", yieldWhilePanicking)
	try("repanics", repanics)
	try("exits", exits)
	try("misuse by a goroutine", misuseByGoroutine)
	try("methods", methods)
	for how := range 5 {
		try(fmt.Sprint("leaves ", how), func() { fmt.Println(" ", leaves(how)) })
	}
}
