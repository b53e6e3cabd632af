// Package closures calls cancel functions that closures have.
package closures

import "context"

func use(ctx context.Context) error { return ctx.Err() }

func helper(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := func() { cancel() }
	defer stop()
	return use(ctx)
}

func reassigned(ctx context.Context) error {
	var cancel context.CancelFunc
	defer func() {
		if cancel != nil {
			cancel()
		}
	}()
	ctx, cancel = context.WithCancel(ctx)
	return use(ctx)
}

func recovered(ctx context.Context, n int) (err error) {
	defer func() {
		if recover() != nil {
			err = context.Canceled
		}
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if n < 0 {
		panic("negative")
	}
	return use(ctx)
}

func outer(ctx context.Context) error {
	var cancel context.CancelFunc
	begin := func() {
		ctx, cancel = context.WithCancel(ctx)
	}
	begin()
	defer cancel()
	return use(ctx)
}

func ranged(ctx context.Context, seq func(func(int) bool)) {
	for n := range seq {
		sub, cancel := context.WithCancel(ctx)
		if n == 0 {
			cancel()
			continue
		}
		_ = use(sub)
		cancel()
	}
}

// The context is done on the other path.
func waits(ctx context.Context, stop <-chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
}

func fails(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	_ = use(ctx)
	if context.Cause(ctx) != nil {
		return ctx.Err()
	}
	cancel(nil)
	return nil
}
