// Package closures loses cancel functions that closures have.
package closures

import "context"

func use(ctx context.Context) error { return ctx.Err() }

func unused(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	stop := func() { cancel() }
	if err := use(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func reassigned(ctx context.Context) error {
	var cancel context.CancelFunc
	stop := func() {
		if cancel != nil {
			cancel()
		}
	}
	ctx, cancel = context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	if err := use(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func recovered(ctx context.Context, n int) (err error) {
	defer func() {
		if recover() != nil {
			err = context.Canceled
		}
	}()
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	if n < 0 {
		panic("negative")
	}
	cancel()
	return use(ctx)
}

func inner(ctx context.Context) func() error {
	return func() error {
		ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
		err := use(ctx)
		if err == nil {
			cancel()
		}
		return err
	}
}

// Another context is done.
func waits(ctx context.Context, stop <-chan struct{}) {
	sub, cancel := context.WithCancel(ctx) // want `lost-cancel: not called on every path`
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = use(sub)
}

func fails(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx) // want `lost-cancel: not called on every path`
	_ = use(ctx)
	if context.Cause(ctx) == nil {
		return ctx.Err()
	}
	cancel(nil)
	return nil
}
