// A function literal inside of the deferred one.
package nested

import "log"

func direct(step func()) {
	defer func() {
		func() {
			if r := recover(); r != nil { // want `recover-misuse: this function literal is called by the deferred function`
				log.Println(r)
			}
		}()
	}()
	step()
}

func named(step func()) {
	defer func() {
		handle := func() {
			log.Println(recover()) // want `recover-misuse`
		}
		handle()
	}()
	step()
}
