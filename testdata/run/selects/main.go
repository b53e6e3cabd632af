// Select statements in all their forms.
package main

import "fmt"

func say[T any](name string, x T) T { fmt.Print(name, " "); return x }

func main() {
	a, b := make(chan int, 1), make(chan string, 1)
	var none chan int
	select {
	case x := <-a:
		fmt.Println("never", x)
	default:
		fmt.Println("nothing ready")
	}
	a <- 1
	select {
	case x, ok := <-a:
		fmt.Println(x, ok)
	case none <- 1:
		fmt.Println("never")
	}
	select {
	case b <- "sent":
		fmt.Println("sent", len(b))
	case <-none:
	}
	// Channels and values are evaluated in order, all of them; left sides only when chosen.
	list := make([]string, 2)
	m := map[string]bool{}
	select {
	case say("first", none) <- say("value", 1):
	case list[say("index", 1)], m[say("key", "k")] = <-say("second", b):
		fmt.Println(list, m)
	case say("third", none) <- say("other", 2):
	}
	close(a)
	for range 2 {
		select {
		case x, ok := <-a:
			fmt.Println(x, ok)
		}
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		select {
		case a <- 1:
		default:
			fmt.Println("never")
		}
	}()

	ticks, quit := make(chan int), make(chan struct{})
	go func() {
		defer close(quit)
		for i := range 5 {
			ticks <- i
		}
	}()
	sum := 0
loop:
	for {
		select {
		case x := <-ticks:
			if x == 1 {
				continue loop
			}
			if x == 3 {
				break
			}
			sum += x
		case <-quit:
			break loop
		}
	}
	fmt.Println(sum)

	// A ready case that is not chosen is left as it is.
	x, y := make(chan int, 10), make(chan int, 10)
	for i := range 10 {
		x <- i
		y <- i
	}
	counts := [2]int{}
	for range 12 {
		select {
		case <-x:
			counts[0]++
		case <-y:
			counts[1]++
		}
	}
	fmt.Println(len(x)+counts[0], len(y)+counts[1])
	var element struct{ ch chan int }
	element.ch = make(chan int, 1)
	var target any
	element.ch <- 8
	select {
	case target = <-element.ch:
		fmt.Println(target)
	}
	both := make(chan func() int, 1)
	select {
	case both <- func() int { return sum }:
	}
	fmt.Println((<-both)())
	result := make(chan int)
	go func() {
		select {
		case result <- 1:
		case result <- 2:
		}
	}()
	got := <-result
	fmt.Println(got == 1 || got == 2)
	select {}
}
