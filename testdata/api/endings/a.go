// How functions end, and what runs then: the wants say what is answered.
package main

import "os"

func first()  {}
func second() {}

func rescue() { recover() }

func here() {}

func main() {
	here() // want `endings: pending:$`
	defer first()
	here() // want `endings: pending: first$`
	if len(os.Args) > 1 {
		defer second()
		here() // want `endings: pending: second first$`
	}
	here() // want `endings: pending: second\? first$`
	for range os.Args {
		defer rescue() // want `endings: recovers: Certain`
	}
	here() // want `endings: pending: rescue\* second\? first$`
	fail(3)
	level(1, "stop")
	level(0, "go on")
	work()
	choose(first)
	choose(second)
	kept()
}

func fail(code int) {
	os.Exit(code) // want `endings: exit: os.Exit 0`
}

func level(n int, text string) {
	if n == 1 {
		fail(n) // want `endings: exit: os.Exit 0`
	}
	print(text)
}

func work() {
	if len(os.Args) > 2 {
		fail(2) // want `endings: exit: os.Exit 0`
	}
	if len(os.Args) > 3 {
		work()       // want `endings: exit: os.Exit 1`
		level(0, "") // goes on
		level(1, "") // want `endings: exit: os.Exit 0`
	}
}

func choose(f func()) {
	f() // want `endings: reaches: first second exactly`
}

var hook = second

func kept() {
	hook() // want `endings: reaches: second exactly`
	defer func() { // want `endings: recovers: Possible`
		if len(os.Args) > 1 {
			recover()
		}
	}()
	crash() // want `endings: ends: panics \(explicit\)`
}

func crash() { panic("crash") }
