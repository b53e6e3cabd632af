package p

func all(a, b chan int, done <-chan struct{}) (int, bool) {
	select {
	case v := <-a:
		return v, true
	case v, ok := <-b:
		return v, ok
	case a <- 1 + len(b):
		return 0, true
	case <-done:
	}
	return -1, false
}

func withDefault(c chan any, e error) bool {
	select {
	case c <- e:
		return true
	default:
		return false
	}
}

func assignment(c chan int, s []any) {
	var ok bool
	select {
	case s[0], ok = <-c:
	}
	_ = ok
}

func loop(c chan int) int {
	n := 0
	for {
		select {
		case v := <-c:
			if v == 0 {
				break
			}
			if v == 1 {
				return n
			}
			n += v
		}
	}
}

func empty() {
	select {}
}
