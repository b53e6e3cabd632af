// Package paths loses cancel functions on some paths of one function.
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
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	if err := work(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func dropped(ctx context.Context) error {
	ctx, _ = context.WithTimeout(ctx, time.Second) // want `lost-cancel: never called`
	return work(ctx)
}

func blank(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, time.Now()) // want `lost-cancel: never called`
	if false {
		_ = cancel
	}
	return work(ctx)
}

func renewed(ctx context.Context, n int) {
	for range n {
		sub, cancel := context.WithCancelCause(ctx) // want `lost-cancel: replaced`
		if work(sub) != nil {
			continue
		}
		cancel(errors.New("done"))
	}
}

func overwritten(ctx context.Context) error {
	sub, cancel := context.WithCancel(ctx) // want `lost-cancel: never called`
	_ = work(sub)
	sub, cancel = context.WithCancel(ctx)
	defer cancel()
	return work(sub)
}

func signals() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // want `lost-cancel: signal.NotifyContext is not called on every path`
	if err := work(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func selected(ctx context.Context, done <-chan error) error {
	sub, cancel := context.WithTimeoutCause(ctx, time.Second, errors.New("late")) // want `lost-cancel`
	select {
	case err := <-done:
		return err
	case <-sub.Done():
		cancel()
		return sub.Err()
	}
}
