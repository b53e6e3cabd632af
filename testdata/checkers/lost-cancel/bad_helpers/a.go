// Package helpers passes cancel functions to what ignores them.
package helpers

import "context"

func use(ctx context.Context) error { return ctx.Err() }

// ignore does not call stop.
func ignore(ctx context.Context, stop func()) error {
	if stop == nil {
		return nil
	}
	return use(ctx)
}

func passed(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: never called`
	return ignore(ctx, cancel)
}

type runner interface {
	run(ctx context.Context, stop func())
}

type quiet struct{ n int }

func (q *quiet) run(ctx context.Context, stop func()) {
	if use(ctx) == nil {
		q.n++
	}
}

func through(ctx context.Context) {
	var r runner = &quiet{}
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: never called`
	r.run(ctx, cancel)
}

func apply[T any](x T, f func(T)) { f(x) }

func generic(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: never called`
	apply(cancel, func(stop context.CancelFunc) {
		if stop != nil {
			_ = use(ctx)
		}
	})
}

func goroutine(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	go func() {
		if use(ctx) != nil {
			return
		}
		cancel()
	}()
}
