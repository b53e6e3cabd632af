// Package returned drops cancel functions that functions return.
package returned

import (
	"context"
	"time"
)

func use(ctx context.Context) error { return ctx.Err() }

func bounded(ctx context.Context) (context.Context, func()) {
	return context.WithTimeout(ctx, time.Second)
}

func kept(ctx context.Context) error {
	ctx, stop := bounded(ctx)
	defer stop()
	return use(ctx)
}

func dropped(ctx context.Context) error {
	ctx, _ = bounded(ctx) // want `lost-cancel: never called`
	return use(ctx)
}

func sometimes(ctx context.Context) error {
	ctx, stop := bounded(ctx) // want `lost-cancel: not called on every path`
	if err := use(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func wrapped(ctx context.Context) (context.Context, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	if err := use(ctx); err != nil {
		cancel()
		return nil, nil, err
	}
	return ctx, func() {
		_ = use(ctx)
		cancel()
	}, nil
}

func open(ctx context.Context) error {
	ctx, stop, err := wrapped(ctx) // want `lost-cancel: not called on every path`
	if err != nil {
		return err
	}
	if use(ctx) != nil {
		return nil
	}
	stop()
	return nil
}

// nobody calls what it returns.
func unused(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: never called`
	return ctx, cancel
}

func first(ctx context.Context) error {
	ctx, _ = unused(ctx)
	return use(ctx)
}

func second(ctx context.Context) error {
	ctx, cancel := unused(ctx)
	if cancel == nil {
		return nil
	}
	return use(ctx)
}
