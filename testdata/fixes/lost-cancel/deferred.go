package p

import (
	"context"
	"os/signal"
	"syscall"
	"time"
)

func get(ctx context.Context, url string) error {
	<-ctx.Done()
	return ctx.Err()
}

func onSomePaths(ctx context.Context, urls []string) error {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	for _, url := range urls {
		if err := get(ctx, url); err != nil {
			return err
		}
	}
	cancel()
	return nil
}

func droppedWithoutName(ctx context.Context) error {
	inner, _ := context.WithTimeout(ctx, time.Second) // want `lost-cancel`

	return get(inner, "a")
}

func withCause(ctx context.Context, fail bool) error {
	if fail {
		ctx, stop := context.WithCancelCause(ctx) // want `lost-cancel`
		if err := get(ctx, "a"); err != nil {
			return err
		}
		stop(nil)
	}
	return nil
}

func withCauseOfTimeout(ctx context.Context, kind int) error {
	switch kind {
	case 1:
		ctx, end := context.WithTimeoutCause(ctx, time.Second, nil) // want `lost-cancel`
		if get(ctx, "a") != nil {
			return nil
		}
		end()
	}
	return nil
}

func ofSignals(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT) // want `lost-cancel`
	if err := get(ctx, "a"); err != nil {
		return err
	}
	stop()
	return nil
}

func inLiteral(ctx context.Context) {
	for range 3 {
		func() {
			ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
			if get(context.WithValue(ctx, 1, 2), "a") != nil {
				return
			}
			cancel()
		}()
	}
}
