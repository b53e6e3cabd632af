// The goroutine recovers by itself.
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
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log.Println(r)
			}
		}()
		for _, n := range list {
			check(n)
		}
	}()
	check(len(list))
}
