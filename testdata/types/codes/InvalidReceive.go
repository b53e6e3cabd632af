// What nothing comes from.
package p

func f(i int, send chan<- int, both chan int, a any) {
	_ = <-i
	_ = <-send
	_ = <-both
	_ = <-a
	<-nil
	_ = <-1
	<-send
	x, ok := <-send
	for range send {
	}
	_, _ = x, ok
	select {
	case <-send:
	case v := <-i:
		_ = v
	}
}

func g[P any, Q chan int | chan<- int, R chan int | chan string](p P, q Q, r R) {
	_ = <-p
	_ = <-q
	_ = <-r
}
