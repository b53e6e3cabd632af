// The goroutine calls what somebody else has given.
package callback

import "log"

type server struct{ handle func(string) }

func (s *server) serve(name string) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go s.handle(name) // want `unrecovered-goroutine-panic`
}

func (s *server) loop(names []string) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	for _, name := range names {
		go s.one(name) // want `unrecovered-goroutine-panic: calls what may panic`
	}
}

func (s *server) one(name string) { s.handle(name) }

func each(f func(int)) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go f(1) // want `unrecovered-goroutine-panic`
}
