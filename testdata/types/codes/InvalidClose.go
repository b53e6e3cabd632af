// What can be closed.
package p

func f(i int, receive <-chan int, both chan int) {
	close(i)
	close(receive)
	close(both)
	close()
	close(both, both)
	close(nil)
	_ = close(both)
}

func g[P any, Q chan int | <-chan int](p P, q Q) {
	close(p)
	close(q)
}
