// A helper panics in the goroutine.
package explicit

import "log"

func check(n int) int {
	if n < 0 {
		panic("negative")
	}
	return n
}

func run(list []int) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go func() { // want `unrecovered-goroutine-panic: the goroutine may panic`
		for _, n := range list {
			check(n)
		}
	}()
}
