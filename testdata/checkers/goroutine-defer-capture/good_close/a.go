// What is deferred behind the close of a channel runs before it.
package closes

import "os"

func open(name string) (file *os.File, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { err = os.ErrDeadlineExceeded }()
		os.Chdir(name)
	}()
	<-done
	return nil, err
}

func signal(done chan<- bool) { done <- true }

func sum(list []int) (total int) {
	done := make(chan bool)
	go func() {
		n := 0
		defer signal(done)
		defer func() { total = n }()
		for _, x := range list {
			n += x
		}
	}()
	<-done
	return total
}
