// What is behind the interface does not panic.
package dynamic

import "log"

type task interface{ do() }

type lenient struct{ n int }

func (l lenient) do() {
	if l.n == 0 {
		log.Println("nothing to do")
	}
}

func start(t task) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go func() {
		t.do()
	}()
}

func use() { start(lenient{}) }
