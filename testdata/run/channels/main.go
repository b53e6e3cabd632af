// Channels, select and what stands on them.
package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func producer(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	return c
}

func merge(inputs ...<-chan int) <-chan int {
	out := make(chan int)
	var group sync.WaitGroup
	for _, in := range inputs {
		group.Add(1)
		go func() {
			defer group.Done()
			for x := range in {
				out <- x
			}
		}()
	}
	go func() { group.Wait(); close(out) }()
	return out
}

func main() {
	sum := 0
	for x := range merge(producer(10), producer(20), producer(30)) {
		sum += x
	}
	fmt.Println("sum", sum)

	buffered := make(chan string, 2)
	buffered <- "a"
	buffered <- "b"
	select {
	case buffered <- "c":
		fmt.Println("must not fit")
	default:
		fmt.Println("full", len(buffered), cap(buffered))
	}
	close(buffered)
	for {
		s, ok := <-buffered
		fmt.Printf("%q %t\n", s, ok)
		if !ok {
			break
		}
	}

	var mu sync.Mutex
	var once sync.Once
	var count atomic.Int64
	total := 0
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			once.Do(func() { fmt.Println("once") })
			mu.Lock()
			defer mu.Unlock()
			total += i
			count.Add(1)
		})
	}
	group.Wait()
	fmt.Println(total, count.Load())

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	select {
	case <-ctx.Done():
		fmt.Println(ctx.Err(), time.Since(start) >= 20*time.Millisecond)
	case <-time.After(time.Hour):
		fmt.Println("too late")
	}

	ticker := time.NewTicker(time.Second)
	for i := range 3 {
		<-ticker.C
		fmt.Println("tick", i)
	}
	ticker.Stop()

	fired := make(chan bool)
	timer := time.AfterFunc(time.Minute, func() { fired <- true })
	fmt.Println(<-fired, timer.Stop())

	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	fmt.Println("ready")

	var rw sync.RWMutex
	shared := map[int]int{}
	for i := range 10 {
		group.Go(func() {
			rw.Lock()
			shared[i] = i * i
			rw.Unlock()
			rw.RLock()
			defer rw.RUnlock()
			if shared[i] != i*i {
				panic("lost")
			}
		})
	}
	group.Wait()
	fmt.Println(len(shared), shared[7])

	unbuffered := make(chan int)
	var nilChannel chan int
	go func() { unbuffered <- 1 }()
	select {
	case x := <-unbuffered:
		fmt.Println("got", x)
	case <-nilChannel:
		fmt.Println("never")
	}
	fmt.Println("deadlock follows")
	<-nilChannel
}
