// Package variables assigns contexts before goroutines use them.
package variables

import (
	"context"
	"sync"
	"time"
)

func use(ctx context.Context) bool { return ctx.Err() == nil }

func reassigned(ctx context.Context) {
	done := make(chan bool)
	var cancel context.CancelFunc
	ctx, cancel = context.WithTimeout(ctx, time.Second)
	defer cancel()
	go func() {
		done <- use(ctx)
	}()
	<-done
}

func cancels(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	go func() {
		cancel()
	}()
	_, other := context.WithCancel(ctx)
	other()
	cancel()
}

var (
	mu   sync.Mutex
	root context.Context
)

func reset(ctx context.Context) {
	mu.Lock()
	defer mu.Unlock()
	root = ctx
}

func globals(ctx context.Context) {
	go func() {
		mu.Lock()
		defer mu.Unlock()
		_ = use(root)
	}()
	reset(ctx)
}
