// What is deferred before a channel is closed, or sent on, runs behind that.
package closes

import "os"

func open(name string) (file *os.File, err error) {
	done := make(chan struct{})
	go func() {
		defer func() { err = os.ErrDeadlineExceeded }() // want `goroutine-defer-capture: runs after .close.`
		defer close(done)
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
		defer func() { total = n }() // want `goroutine-defer-capture`
		defer signal(done)
		for _, x := range list {
			n += x
		}
	}()
	<-done
	return total
}
