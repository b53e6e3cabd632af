// A function of another package recovers from what it calls.
package packages

import (
	"log"

	"example.com/good_packages/check"
)

func all(values []int) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	done := make(chan bool)
	go func() {
		defer close(done)
		if err := check.Try(values); err != nil {
			log.Println(err)
		}
	}()
	<-done
	check.Positive(values)
}
