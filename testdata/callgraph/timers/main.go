// A timer's function is called by the runtime, whose source says so.
package main

import (
	"context"
	"time"
)

type alarm interface{ ring() }

type clock struct{ action func() }

func (c clock) ring() {
	c.action() // vta: main$1
}

func main() {
	done := make(chan bool)
	var set alarm = clock{func() { done <- true }}
	time.AfterFunc(time.Millisecond, set.ring) // vta: time.AfterFunc
	<-done
	ctx, cancel := context.WithCancel(context.Background())
	context.AfterFunc(ctx, stopped)
	cancel() // vta: context.WithCancel$1
	time.Sleep(time.Millisecond)
}

func stopped() { println("stopped") }
