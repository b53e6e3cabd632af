// Package variables assigns contexts while goroutines use them.
package variables

import (
	"context"
	"time"
)

func use(ctx context.Context) bool { return ctx.Err() == nil }

func reassigned(ctx context.Context) {
	done := make(chan bool)
	go func() {
		done <- use(ctx)
	}()
	var cancel context.CancelFunc
	ctx, cancel = context.WithTimeout(ctx, time.Second) // want `context-cancel-race: the context .* is assigned`
	defer cancel()
	<-done
}

func cancels(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	go func() {
		cancel()
	}()
	_, cancel = context.WithCancel(ctx) // want `context-cancel-race: the cancel function .cancel. is assigned`
	cancel()
}

var root context.Context

func reset(ctx context.Context) {
	root = ctx // want `context-cancel-race: the context .root. is assigned`
}

func globals(ctx context.Context) {
	go func() {
		_ = use(root)
	}()
	reset(ctx)
}
