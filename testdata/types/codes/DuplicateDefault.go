// One default is enough.
package p

func f(x any, c chan int) {
	switch x {
	default:
	case 1:
	default:
	}
	switch x.(type) {
	default:
	default:
	}
	select {
	default:
	case <-c:
	default:
	}
}
