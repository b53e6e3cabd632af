// The function literal that calls recover is the deferred one.
package nested

import "log"

func direct(step func()) {
	defer func() {
		if step != nil {
			for range 2 {
				if r := recover(); r != nil {
					log.Println(r)
				}
			}
		}
	}()
	step()
}

func named(step func()) {
	handle := func() {
		log.Println(recover())
	}
	defer handle()
	step()
}

func inside(step func()) {
	func() {
		defer func() {
			switch r := recover().(type) {
			case error:
				log.Println(r)
			}
		}()
		step()
	}()
}
