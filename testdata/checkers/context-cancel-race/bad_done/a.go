// Package done reads results when a context is done.
package done

import (
	"context"
	"time"
)

func compute(ctx context.Context) int { return int(time.Now().Unix()) }

func waits(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	n := 0
	go func() {
		defer cancel()
		n = compute(ctx) // want `context-cancel-race: read behind`
	}()
	<-ctx.Done()
	return n
}

type result struct{ value int }

func (r *result) fill(ctx context.Context) {
	r.value = compute(ctx) // want `context-cancel-race: read behind`
}

func selects(ctx context.Context, other <-chan int) int {
	r := &result{}
	go r.fill(ctx)
	select {
	case <-ctx.Done():
		return r.value
	case n := <-other:
		return n
	}
}

func after(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	n := 0
	go func() {
		cancel()
		n = compute(ctx) // want `context-cancel-race: read behind`
	}()
	<-ctx.Done()
	return n
}
