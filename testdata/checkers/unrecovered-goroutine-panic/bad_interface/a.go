// What is behind the interface panics.
package dynamic

import "log"

type task interface{ do() }

type strict struct{ n int }

func (s strict) do() {
	if s.n == 0 {
		panic("nothing to do")
	}
}

func start(t task) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go func() { // want `unrecovered-goroutine-panic`
		t.do()
	}()
}

func use() { start(strict{}) }
