// Package paths calls cancel functions on all paths of one function.
package paths

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"
)

func work(ctx context.Context) error { return ctx.Err() }

func early(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := work(ctx); err != nil {
		cancel()
		return err
	}
	cancel()
	return nil
}

func sometimes(ctx context.Context, timeout time.Duration) error {
	var cancel context.CancelFunc
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, timeout)
	}
	if cancel != nil {
		defer cancel()
	}
	return work(ctx)
}

func twice(ctx context.Context, timeout time.Duration) error {
	cancel := func() {}
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, timeout)
	}
	err := work(ctx)
	if timeout > 0 {
		cancel()
	}
	return err
}

func deferred(ctx context.Context, n int) {
	for range n {
		sub, cancel := context.WithCancelCause(ctx)
		defer cancel(errors.New("done"))
		_ = work(sub)
	}
}

func renewed(ctx context.Context, n int) {
	var cancel context.CancelFunc
	for range n {
		if cancel != nil {
			cancel()
		}
		var sub context.Context
		sub, cancel = context.WithCancel(ctx)
		_ = work(sub)
	}
	if cancel != nil {
		cancel()
	}
}

func exits(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	if err := work(ctx); err != nil {
		os.Exit(1)
	}
	cancel()
}

func flagged(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	done := false
	defer func() {
		if !done {
			cancel()
		}
	}()
	if err := work(ctx); err != nil {
		return err
	}
	cancel()
	done = true
	return nil
}

func signals() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return work(ctx)
}
