// Functions that are called with a function that they defer, or kept where somebody may defer them.
package main

import (
	"log"
	"time"
)

type hooks struct{ last func() }

func (h *hooks) run(step func()) {
	defer h.last()
	step()
}

func watch() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func with(step func(), then func()) {
	defer then()
	step()
}

func catcher(where string) func() {
	return func() {
		if r := recover(); r != nil {
			log.Println(where, r)
		}
	}
}

func main() {
	defer watch()
	time.AfterFunc(time.Second, watch)
	with(func() { panic("bad") }, func() {
		recover()
	})
	h := &hooks{last: func() { recover() }}
	h.run(func() { panic("bad") })
	defer catcher("main")()
}
