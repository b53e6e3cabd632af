// Nothing to fall through.
package p

func f(x any, c chan int) {
	fallthrough
	switch x {
	case 1:
		if true {
			fallthrough
		}
	case 2:
		fallthrough
	case 3:
		fallthrough
		_ = 1
	case 4:
		{
			fallthrough
		}
	default:
		fallthrough
	}
	switch x.(type) {
	case int:
		fallthrough
	case string:
	}
	select {
	case <-c:
		fallthrough
	default:
	}
	for {
		fallthrough
	}
}
