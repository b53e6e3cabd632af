// Deferred calls, panics, recovery and Goexit together.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

func on(name string, f func()) {
	done := make(chan bool)
	go func() {
		defer func() { done <- true }()
		f()
		fmt.Println(name, "returned")
	}()
	<-done
	fmt.Println(name, "is over")
}

func try(name string, f func()) {
	defer func() { fmt.Println(name, "recovered", recover()) }()
	f()
}

func helper() any { return recover() }

type closer struct{ name string }

func (c closer) close() { fmt.Println("close", c.name, recover()) }

func results() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered %v with %d", r, n)
			n *= 2
		}
	}()
	n = 21
	panic("results")
}

func changed() (n int) {
	defer func() { n++ }()
	defer func(n int) { fmt.Println("argument", n) }(n)
	return n + 10
}

func unnamed() int {
	n := 1
	defer func() { n = 100 }()
	return n
}

func again() (s string) {
	defer func() { s += fmt.Sprint(" outer:", recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint(" inner:", recover()) }()
		panic("second")
	}()
	panic("first")
}

func replaced() {
	defer func() { fmt.Println("sees", recover()) }()
	defer panic("third")
	defer func() { panic("second") }()
	panic("first")
}

func main() {
	on("goexit", func() {
		defer fmt.Println("deferred")
		runtime.Goexit()
	})
	on("goexit is no panic", func() {
		defer func() { fmt.Println("nothing to recover", recover()) }()
		runtime.Goexit()
	})
	on("goexit while panicking", func() {
		defer func() { fmt.Println("the panic is gone", recover()) }()
		defer runtime.Goexit()
		panic("lost")
	})
	on("panic while exiting", func() {
		defer fmt.Println("first deferred runs")
		defer func() { fmt.Println("recovered", recover()) }()
		defer func() { panic("while exiting") }()
		runtime.Goexit()
	})
	on("nested", func() {
		func() {
			defer func() { fmt.Println("inner", recover()) }()
			runtime.Goexit()
		}()
		fmt.Println("never")
	})

	try("nothing", func() {})
	try("nil", func() { panic(nil) })
	try("not directly", func() {
		defer func() { fmt.Println("helper in deferred", helper()) }()
		panic("for the outer")
	})
	try("deferred itself", func() {
		defer helper()
		panic("taken by helper")
	})
	try("method", func() {
		defer closer{"c"}.close()
		panic("taken by a method")
	})
	try("through an interface", func() {
		var c interface{ close() } = closer{"i"}
		defer c.close()
		panic("taken through an interface")
	})
	try("method value", func() {
		f := closer{"v"}.close
		defer f()
		panic("taken by a method value")
	})
	try("in a nested function", func() {
		defer func() {
			func() { fmt.Println("nested", recover()) }()
		}()
		panic("not for nested ones")
	})
	try("twice", func() {
		defer func() { fmt.Println(recover(), recover()) }()
		panic("once")
	})
	try("order", func() {
		for i := range 3 {
			defer fmt.Println("deferred", i)
			defer func() {
				if i == 1 {
					fmt.Println("at 1", recover())
				}
			}()
		}
		panic("loop")
	})
	try("nil function", func() {
		var f func()
		defer fmt.Println("runs before")
		defer f()
		fmt.Println("deferring nil is no panic yet")
	})
	try("recovered and panicked", func() {
		defer func() {
			r := recover()
			panic(fmt.Sprint(r, " again"))
		}()
		panic("first")
	})
	try("runtime error", func() {
		defer func() {
			err, ok := recover().(runtime.Error)
			fmt.Println(ok, err)
			var target runtime.Error
			fmt.Println(errors.As(fmt.Errorf("wrapped: %w", err), &target))
			panic(err)
		}()
		var m map[string]int
		m["x"] = 1
	})
	fmt.Println(results())
	fmt.Println(changed(), unnamed())
	fmt.Println(again())
	replaced()
	func() {
		defer func() {
			defer func() { fmt.Println("after a deferred panic", recover()) }()
			func() {
				defer func() { fmt.Println("own", recover()) }()
				panic("own")
			}()
			fmt.Println("still", recover())
		}()
		panic("outer")
	}()
	defer fmt.Println("not run by os.Exit")
	defer func() {
		fmt.Println("leaving", recover())
		os.Exit(3)
	}()
	panic("end")
}
