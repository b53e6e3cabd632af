// A loop of another kind, or a defer in the body of the loop.
package ranges

import (
	"iter"
	"log"
)

func report(names []string, step func()) {
	defer func() {
		for _, name := range names {
			if r := recover(); r != nil {
				log.Println(name, r)
			}
		}
	}()
	step()
}

func each(names iter.Seq[string], step func(string)) {
	for name := range names {
		defer func() {
			if r := recover(); r != nil {
				log.Println(name, r)
			}
		}()
		step(name)
	}
}

func before(names iter.Seq[string], step func()) {
	defer func() {
		r := recover()
		for name := range names {
			log.Println(name, r)
		}
	}()
	step()
}
