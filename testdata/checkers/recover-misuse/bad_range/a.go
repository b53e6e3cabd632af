// The body of a range-over-func statement is a function of its own.
package ranges

import (
	"iter"
	"log"
)

func report(names iter.Seq[string], step func()) {
	defer func() {
		for name := range names {
			if r := recover(); r != nil { // want `recover-misuse: the body of a range-over-func statement`
				log.Println(name, r)
			}
		}
	}()
	step()
}

type sinks[T any] struct{ all []T }

func (s *sinks[T]) each(yield func(T) bool) {
	for _, sink := range s.all {
		if !yield(sink) {
			return
		}
	}
}

func generic[T any](s *sinks[T], step func()) {
	defer func() {
		for sink := range s.each {
			log.Println(sink, recover()) // want `recover-misuse`
		}
	}()
	step()
}

func use() { generic(&sinks[int]{}, func() {}) }
