// Package returned calls cancel functions that functions return.
package returned

import (
	"context"
	"errors"
	"time"
)

func use(ctx context.Context) error { return ctx.Err() }

// Bounded is for callers elsewhere too.
func Bounded(ctx context.Context) (context.Context, func()) {
	return context.WithTimeout(ctx, time.Second)
}

func kept(ctx context.Context) error {
	ctx, stop := Bounded(ctx)
	defer stop()
	return use(ctx)
}

func maybe(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return ctx, nil
	}
	return context.WithTimeout(ctx, d)
}

func perhaps(ctx context.Context, d time.Duration) error {
	ctx, stop := maybe(ctx, d)
	if stop != nil {
		defer stop()
	}
	return use(ctx)
}

func wrapped(ctx context.Context) (_ context.Context, _ func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	if err := use(ctx); err != nil {
		return nil, nil, err
	}
	return ctx, func() {
		_ = use(ctx)
		cancel()
	}, nil
}

func open(ctx context.Context) error {
	ctx, stop, err := wrapped(ctx)
	if err != nil {
		return err
	}
	err = use(ctx)
	stop()
	return err
}

type source struct{}

func (source) start(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, cancel
}

type starter interface {
	start(context.Context) (context.Context, func())
}

func dynamic(ctx context.Context, s starter) error {
	ctx, stop := s.start(ctx)
	defer stop()
	return use(ctx)
}

var _ starter = source{}

// An error that is nil is not canceled.
func asked(ctx context.Context) error {
	ctx, stop, err := wrapped(ctx)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	defer stop()
	return use(ctx)
}

func passedOn(ctx context.Context) (context.Context, func(), error) {
	return wrapped(ctx)
}

func through(ctx context.Context) error {
	ctx, stop, err := passedOn(ctx)
	if err != nil {
		return err
	}
	defer stop()
	return use(ctx)
}
