// Iterators that call the body of a range statement when they must not, and what becomes of panics
// and recovered panics on their way through iterators.
package main

import "fmt"

func try(name string, f func()) {
	defer func() {
		r := recover()
		fmt.Printf("%s: %v (%T)\n", name, r, r)
	}()
	f()
	fmt.Println(name, "returned")
}

// Goes on although the body has said that it wants no more.
func afterFalse(yield func(int) bool) {
	for i := 0; i < 3; i++ {
		yield(i)
	}
}

// Goes on after a panic of the body.
func afterPanic(yield func(int) bool) {
	func() {
		defer func() { recover() }()
		yield(1)
	}()
	yield(2)
}

// Swallows the panic of the body.
func swallows(yield func(int) bool) {
	defer func() { fmt.Println("swallowed", recover()) }()
	yield(1)
}

// Panics by itself when the body has panicked.
func replaces(yield func(int) bool) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprint("instead of ", r))
		}
	}()
	yield(1)
}

// Swallows the panic that it gets for going on.
func swallowsOwn(yield func(int) bool) {
	defer func() { fmt.Println("swallowed", recover()) }()
	yield(1)
	defer func() { fmt.Println("swallowed", recover()); yield(3) }()
	yield(2)
}

var kept func(int) bool

// Lets the body outlive the loop.
func keeps(yield func(int) bool) {
	kept = yield
	yield(1)
}

// Calls the body from the body.
func reenters(yield func(int) bool) {
	kept = yield
	yield(1)
}

// Calls the body while the iterator's deferred calls run.
func inDefer(yield func(int) bool) {
	defer yield(9)
	yield(1)
}

func recoversInBody() (n int) {
	defer func() { fmt.Println("outer defer", recover(), n) }()
	for i := range keeps {
		defer func() { fmt.Println("deferred in the body", recover()); n += i }()
		func() {
			defer func() { fmt.Println("inner", recover()) }()
			panic("inner")
		}()
		fmt.Println("not panicking", recover())
		panic("body")
	}
	return 5
}

// A deferred function with a range statement in it: recover is called by its body.
func recoverInBodyOfDeferred() {
	defer func() {
		for range keeps {
			fmt.Println("in a body of a deferred function", recover())
		}
	}()
	panic("for the body")
}

func nested() {
	for i := range keeps {
		outer := kept
		for j := range keeps {
			if i+j == 2 {
				outer(7)
			}
		}
	}
}

func returns() string {
	for i := range afterFalse {
		if i == 1 {
			return "returned at 1"
		}
	}
	return "at the end"
}

func main() {
	try("after false", func() {
		for i := range afterFalse {
			fmt.Println("body", i)
			if i == 1 {
				break
			}
		}
	})
	try("return", func() { fmt.Println(returns()) })
	try("after a panic", func() {
		for i := range afterPanic {
			panic(i)
		}
	})
	try("swallowed", func() {
		for range swallows {
			panic("in the body")
		}
	})
	try("swallowed its own", func() {
		for range swallowsOwn {
			break
		}
	})
	try("replaced", func() {
		for range replaces {
			panic("in the body")
		}
	})
	try("after the loop", func() {
		for i := range keeps {
			fmt.Println("body", i)
		}
		kept(2)
	})
	try("after break", func() {
		for range keeps {
			break
		}
		kept(2)
	})
	try("reentered", func() {
		for i := range reenters {
			fmt.Println("body", i)
			kept(2)
		}
	})
	try("in defer", func() {
		for i := range inDefer {
			fmt.Println("body", i)
		}
	})
	try("in defer after break", func() {
		for i := range inDefer {
			fmt.Println("body", i)
			break
		}
	})
	try("recovers", func() { fmt.Println(recoversInBody()) })
	try("recover in a body", recoverInBodyOfDeferred)
	try("nested", nested)
	try("nil iterator", func() {
		var none func(func() bool)
		for range none {
		}
	})
	for range swallows {
		panic("the end")
	}
}
