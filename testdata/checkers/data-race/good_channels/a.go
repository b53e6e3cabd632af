// Channels order: by sending, by closing, by capacity, by count.
package channels

func unbuffered() int {
	n := 0
	done := make(chan bool)
	go func() {
		n = 1
		done <- true
	}()
	<-done
	return n
}

func reversed() int {
	n := 0
	ready := make(chan bool)
	go func() {
		<-ready
		n++
		ready <- true
	}()
	n = 1
	ready <- true
	<-ready
	return n
}

func closed(values []int) int {
	sum := 0
	in := make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for v := range in {
			sum += v
		}
	}()
	for _, v := range values {
		in <- v
	}
	close(in)
	<-done
	return sum
}

func counted(values []int) int {
	parts := make([]int, len(values))
	n := 0
	done := make(chan bool, 4)
	for i := 0; i < 4; i++ {
		go func() {
			parts[i] = i
			done <- true
		}()
	}
	for i := 0; i < 4; i++ {
		<-done
	}
	n = parts[0] + parts[1]
	return n
}

// A channel with room for one is a lock.
func token() int {
	n := 0
	lock := make(chan struct{}, 1)
	done := make(chan bool)
	go func() {
		lock <- struct{}{}
		n++
		<-lock
		done <- true
	}()
	lock <- struct{}{}
	n++
	<-lock
	<-done
	return n
}

func selected(stop chan bool) int {
	n := 0
	a, b := make(chan bool), make(chan bool)
	go func() {
		n = 1
		select {
		case a <- true:
		case b <- true:
		}
	}()
	select {
	case <-a:
	case <-b:
	}
	return n
}
