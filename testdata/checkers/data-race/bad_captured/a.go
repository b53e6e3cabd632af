// Variables that closures share by reference.
package captured

import "errors"

func result() error {
	var err error
	done := make(chan struct{})
	go func() {
		err = errors.New("late")
		close(done)
	}()
	err = nil // want `data-race: .err. is written here while another goroutine writes it`
	<-done
	return err
}

// The channel has room: sending does not wait for the receiver.
func buffered() int {
	n := 0
	ready := make(chan bool, 1)
	go func() {
		ready <- true
		n = 1 // want `data-race`
	}()
	<-ready
	return n
}

// Each iteration starts a goroutine that adds to one variable.
func total(values []int) int {
	sum := 0
	done := make(chan bool)
	for _, v := range values {
		go func() {
			sum += v // want `data-race: .sum. is written here`
			done <- true
		}()
	}
	for range values {
		<-done
	}
	return sum
}
