// The goroutine defers a helper that recovers.
package callback

import "log"

type server struct{ handle func(string) }

func (s *server) rescue() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func (s *server) loop(names []string) {
	defer s.rescue()
	for _, name := range names {
		go s.one(name)
	}
	s.handle("all")
}

func (s *server) one(name string) {
	defer s.rescue()
	s.handle(name)
}

func each(f func(int)) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go func() {
		defer func() { recover() }()
		f(1)
	}()
}
