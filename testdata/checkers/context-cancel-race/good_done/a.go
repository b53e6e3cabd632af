// Package done waits for results.
package done

import (
	"context"
	"time"
)

func compute(ctx context.Context) int { return int(time.Now().Unix()) }

func waits(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	n := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		n = compute(ctx)
	}()
	<-ctx.Done()
	<-done
	return n
}

type result struct{ value int }

func (r *result) fill(ctx context.Context, done chan<- struct{}) {
	r.value = compute(ctx)
	close(done)
}

func selects(ctx context.Context) int {
	r := &result{}
	done := make(chan struct{})
	go r.fill(ctx, done)
	select {
	case <-ctx.Done():
		return 0
	case <-done:
		return r.value
	}
}

// Nothing else ends the context.
func before() int {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	go func() {
		n = 1
		cancel()
	}()
	<-ctx.Done()
	return n
}
