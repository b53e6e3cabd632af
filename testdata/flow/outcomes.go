// How functions end: `ends` says it of the function that is declared on the line.
package main

import (
	"log"
	"os"
	"runtime"
)

type node struct {
	next  *node
	value int
}

type stepper interface{ step() }

type walker struct{}

func (walker) step() {} // ends returns

type crasher struct{}

func (crasher) step() { panic("crash") } // ends panics (explicit)

func double(x int) int { return 2 * x } // ends returns

func value(n *node) int { // ends returns, panics (nil)
	return n.value + n.value
}

func checked(n *node) int { // ends returns
	if n == nil {
		return 0
	}
	return n.value
}

func fresh() *node { // ends returns
	n := new(node)
	n.value = 1
	return n
}

func element(list []int, i int) int { // ends returns, panics (bounds)
	return list[i]
}

func third(array *[3]int) int { // ends returns, panics (nil)
	return array[2]
}

func local() int { // ends returns
	var array [3]int
	p := &array
	return p[2]
}

func divide(x, y int) int { return x / y } // ends returns, panics (division)

func halve(x int) int { return x / 2 } // ends returns

func ratio(x, y float64) float64 { return x / y } // ends returns

func shift(x, n int) int { return x << n } // ends returns, panics (shift)

func shiftUnsigned(x int, n uint) int { return x << n } // ends returns

func equal(a, b any) bool { return a == b } // ends returns, panics (comparison)

func isNil(a any) bool { return a == nil } // ends returns

func assert(a any) int { return a.(int) } // ends returns, panics (assertion)

func asserted(a any) int { // ends returns
	n, _ := a.(int)
	return n
}

func put(m map[string]int) { m["a"] = 1 } // ends returns, panics (nilmap)

func putFresh() { // ends returns
	m := map[string]int{}
	m["a"] = 1
}

func send(c chan int) { c <- 1 } // ends returns, panics (channel)

func sized(n int) []int { return make([]int, n) } // ends returns, panics (size)

func toArray(s []int) [2]int { return [2]int(s) } // ends returns, panics (bounds)

func fail() { panic("fail") } // ends panics (explicit)

func fails() int { // ends panics (explicit)
	fail()
	return value(nil)
}

func quit() { os.Exit(1) } // ends ends program

func fatal(err error) { log.Fatal(err) } // ends ends program

func must(n *node) *node { // ends returns, ends program
	if n == nil {
		fatal(nil)
	}
	return n
}

func leave() { runtime.Goexit() } // ends ends goroutine

func forever() { // ends never ends
	for {
	}
}

func block() { select {} } // ends never ends

func endless(n int) int { return endless(n + 1) } // ends never ends

func even(n int) bool { // ends returns
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

func odd(n int) bool { // ends returns
	if n == 0 {
		return false
	}
	return even(n - 1)
}

func step(s stepper) { s.step() } // ends returns, panics (explicit nil)

func recovers() { // ends returns
	defer func() {
		recover()
	}()
	fail()
}

func recoversSometimes(c bool) { // ends returns, panics (explicit)
	defer func() {
		if c {
			recover()
		}
	}()
	fail()
}

func recoversLater(c bool) { // ends returns, panics (explicit)
	if c {
		fail()
	}
	defer func() {
		recover()
	}()
	fail()
}

func panicsAgain() { // ends returns, panics (division assertion)
	defer func() {
		r := recover()
		double(divide(1, len(r.(string))))
	}()
	fail()
}

func recoveredOutside() { // ends returns
	defer func() {
		recover()
	}()
	defer func() {
		panic("again")
	}()
	fail()
}

func onlyRecoverItself() { // ends panics (explicit)
	defer recover()
	fail()
}

func helper() { recover() } // ends returns

func recoveredByHelper() { // ends panics (explicit)
	defer func() {
		helper()
	}()
	fail()
}

func defersHelper() { // ends returns
	defer helper()
	fail()
}

func goexitIsNotRecovered() { // ends ends goroutine
	defer func() {
		recover()
	}()
	leave()
}

func exitsOnTheWay() { // ends ends program
	defer quit()
	fail()
}

func noDefersOnExit() { // ends ends program
	defer fail()
	quit()
}

func result() (n int) { // ends returns
	defer func() {
		recover()
		n++
	}()
	return value(nil)
}

func concurrently() { // ends returns
	go fail()
}

func deferNil(f func()) { // ends panics (explicit nil)
	defer f()
}

func later() (list []func()) { // ends returns
	for range 3 {
		defer double(1)
		list = append(list, func() { fail() })
	}
	return list
}

// The protocol of range-over-func checks a state, and the iterator its argument.
func loops(list []int) { // ends returns, panics (explicit nil bounds)
	for range func(yield func(int) bool) { yield(1) } {
		defer fail()
	}
}

// Behind the call of fails nothing is reached.
func main() { // ends panics (explicit nil bounds division shift comparison assertion nilmap channel size)
	value(nil)
	checked(nil)
	fresh()
	element(nil, 0)
	third(nil)
	local()
	divide(1, 1)
	halve(1)
	ratio(1, 1)
	shift(1, 1)
	shiftUnsigned(1, 1)
	equal(1, 1)
	isNil(1)
	assert(1)
	asserted(1)
	put(nil)
	putFresh()
	send(nil)
	sized(1)
	toArray(nil)
	fails()
	must(nil)
	leave()
	forever()
	block()
	endless(1)
	even(1)
	step(walker{})
	step(crasher{})
	recovers()
	recoversSometimes(true)
	recoversLater(true)
	panicsAgain()
	recoveredOutside()
	onlyRecoverItself()
	recoveredByHelper()
	defersHelper()
	goexitIsNotRecovered()
	exitsOnTheWay()
	noDefersOnExit()
	result()
	concurrently()
	deferNil(fail)
	later()
	loops(nil)
}
