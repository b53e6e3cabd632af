// A function of another package panics.
package packages

import (
	"log"

	"example.com/bad_packages/check"
)

func all(values []int) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	done := make(chan bool)
	go func() { // want `unrecovered-goroutine-panic`
		defer close(done)
		check.Positive(values)
	}()
	<-done
}
