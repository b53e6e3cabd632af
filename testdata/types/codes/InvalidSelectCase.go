// What a select waits for.
package p

func f(c chan int, i int) {
	select {
	case i:
	case i = 1:
	case c:
	case f(c, i):
	case i = <-c:
	case j := <-c:
		_ = j
	case c <- 1:
	case -<-c:
	case i = -<-c:
	case (<-c):
	case i, i = <-c:
	}
}
