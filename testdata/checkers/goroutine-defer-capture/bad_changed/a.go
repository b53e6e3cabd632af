// What the deferred call of a goroutine reads is changed by the function that started it.
package changed

import (
	"fmt"

	"example.com/bad_changed/track"
)

func run(names []string, work func(string)) {
	current := ""
	for _, name := range names {
		current = name
		go func() {
			defer func() { fmt.Println("over", current) }() // want `goroutine-defer-capture: .current. is read here`
			work(name)
		}()
	}
}

func tracked(work func()) string {
	last := &track.Last{}
	go func() {
		defer last.Set("over")
		work()
	}()
	return last.Name
}
