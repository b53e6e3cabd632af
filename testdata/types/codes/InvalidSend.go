// What takes nothing.
package p

func f(i int, receive <-chan int, both chan int) {
	i <- 1
	receive <- 1
	both <- 1
	both <- "a"
	both <- nil
	nil <- 1
	both <- 1.5
	select {
	case receive <- 1:
	case both <- "a":
	}
}

func g[P any, Q chan int | <-chan int, R chan int | chan string](p P, q Q, r R) {
	p <- 1
	q <- 1
	r <- 1
}
