// What runs on its own is a call.
package p

func f(g func(), c chan int) {
	go g
	go 1
	go (g())
	go string(rune(3))
	go func() {}
	go undefined()
	go func() int { return 1 }()
}
