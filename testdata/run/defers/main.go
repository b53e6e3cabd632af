// Deferred calls: order, arguments, results, recovery, and panics on top of panics.
package main

import (
	"errors"
	"fmt"
	"runtime"
)

func order() {
	for i := 0; i < 3; i++ {
		defer fmt.Println("deferred", i)
	}
	fmt.Println("body")
}

func named() (n int, err error) {
	defer func() {
		n *= 2
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	n = 21
	panic("boom")
}

func evaluatedNow() {
	x := 1
	defer fmt.Println("argument", x)
	x = 2
	defer func() { fmt.Println("captured", x) }()
	x = 3
}

func nested() (result string) {
	defer func() { result += fmt.Sprint(" outer:", recover()) }()
	defer func() {
		defer func() { result += fmt.Sprint("inner:", recover()) }()
		panic("second")
	}()
	panic("first")
}

func replaced() (result any) {
	defer func() { result = recover() }()
	defer func() { panic("replacement") }()
	panic("original")
}

func notDirectly() (result any) {
	defer func() { result = recover() }()
	defer func() {
		func() {
			if r := recover(); r != nil {
				fmt.Println("must not happen", r)
			}
		}()
	}()
	panic("kept")
}

func helper() any { return recover() }

func deferredHelper() {
	defer fmt.Println("helper is deferred")
	defer helper()
	panic("recovered by a deferred function that is not a literal")
}

type resource string

func (r resource) close() { fmt.Println("close", string(r)) }

func (r *resource) rename() { *r += "!" }

func methods() {
	r := resource("a")
	defer r.close()
	defer r.rename()
	r = "b"
	defer r.close()
}

func exits() {
	done := make(chan string)
	go func() {
		defer func() { done <- "exited" }()
		defer func() { fmt.Println("recover in Goexit:", recover()) }()
		runtime.Goexit()
		fmt.Println("unreachable")
	}()
	fmt.Println(<-done)
}

func loopWithRecover() {
	for i := range 4 {
		func() {
			defer func() {
				if r := recover(); r != nil {
					fmt.Println(i, r)
				}
			}()
			if i%2 == 1 {
				panic(errors.New("odd"))
			}
			fmt.Println(i, "fine")
		}()
	}
}

func main() {
	order()
	fmt.Println(named())
	evaluatedNow()
	fmt.Println(nested())
	fmt.Println(replaced())
	fmt.Println(notDirectly())
	deferredHelper()
	methods()
	exits()
	loopWithRecover()
	var nilFunction func()
	defer func() { fmt.Println("nil function:", recover()) }()
	defer nilFunction()
	fmt.Println("end of main")
}
