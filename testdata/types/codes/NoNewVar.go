// A short declaration declares something.
package p

func f(c chan int) {
	x := 1
	x := 2
	_ := 3
	_, x := 4, 5
	y, x := 1, 2
	select {
	case _ := <-c:
	}
	_ = y
}
