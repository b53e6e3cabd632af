// What the deferred call of a goroutine reads is its own.
package changed

import (
	"fmt"

	"example.com/good_changed/track"
)

func run(names []string, work func(string)) {
	current := ""
	for _, name := range names {
		current = name
		mine := current
		go func() {
			defer func() { fmt.Println("over", mine) }()
			work(name)
		}()
	}
}

func tracked(work func()) string {
	last := &track.Last{}
	done := make(chan bool)
	go func() {
		defer close(done)
		defer last.Set("over")
		work()
	}()
	<-done
	return last.Name
}
