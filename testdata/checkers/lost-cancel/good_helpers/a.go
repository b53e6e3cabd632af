// Package helpers passes cancel functions to what calls them.
package helpers

import (
	"context"
	"sync"
)

func use(ctx context.Context) error { return ctx.Err() }

func finish(ctx context.Context, stop func()) error {
	defer stop()
	return use(ctx)
}

func passed(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	return finish(ctx, cancel)
}

type runner interface {
	run(ctx context.Context, stop func())
}

type loud struct{ n int }

func (l *loud) run(ctx context.Context, stop func()) {
	if use(ctx) == nil {
		l.n++
	}
	stop()
}

func through(ctx context.Context) {
	var r runner = &loud{}
	ctx, cancel := context.WithCancel(ctx)
	r.run(ctx, cancel)
}

func apply[T any](x T, f func(T)) { f(x) }

func generic(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	apply(cancel, func(stop context.CancelFunc) {
		_ = use(ctx)
		stop()
	})
}

func goroutine(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		if use(ctx) != nil {
			return
		}
	}()
}

func after(ctx, other context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(other, cancel)
	return use(ctx)
}

func once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := sync.OnceFunc(cancel)
	defer stop()
	return use(ctx)
}

func bundled(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var stops []func()
	stops = append(stops, cancel)
	err := use(ctx)
	for _, stop := range stops {
		stop()
	}
	return err
}
