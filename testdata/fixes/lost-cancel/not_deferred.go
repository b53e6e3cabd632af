package p

import (
	"context"
	"net/http"
	"time"
)

type client struct{ ctx context.Context }

func get(ctx context.Context) error { return ctx.Err() }

// The caller gets the context.
func returned(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	if ctx.Err() != nil {
		cancel()
	}
	return ctx
}

// The caller gets what has the context.
func inRequest(ctx context.Context) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // want `lost-cancel`
	if ctx.Err() != nil {
		cancel()
	}
	return http.NewRequestWithContext(ctx, "GET", "a", nil)
}

// Somebody keeps the context.
func (c *client) stored(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	if ctx.Err() != nil {
		cancel()
	}
	c.ctx = ctx
}

func (c *client) keep(ctx context.Context) { c.ctx = ctx }

func (c *client) storedByCallee(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	if ctx.Err() != nil {
		cancel()
	}
	c.keep(ctx)
}

// A goroutine goes on with it.
func inGoroutine(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	if ctx.Err() != nil {
		cancel()
	}
	go get(ctx)
}

// The caller gets the cancel function on one of the paths.
func handedOver(ctx context.Context) (context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	if err := get(ctx); err != nil {
		return nil, err
	}
	return cancel, nil
}

// Deferred calls would wait for the end of the loop.
func inLoop(ctx context.Context, n int) error {
	for range n {
		ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
		if err := get(ctx); err != nil {
			return err
		}
		cancel()
	}
	return nil
}

// It is not a statement of its own.
func inCondition(ctx context.Context) error {
	if ctx, cancel := context.WithCancel(ctx); ctx.Err() == nil { // want `lost-cancel`
		if err := get(ctx); err != nil {
			return err
		}
		cancel()
	}
	return nil
}

// The name is taken.
func named(ctx context.Context, cancel func()) error {
	inner, _ := context.WithTimeout(ctx, time.Second) // want `lost-cancel`
	cancel()
	return get(inner)
}

// There is no variable to put it in.
func dropped(ctx context.Context) error {
	ctx, _ = context.WithTimeout(ctx, time.Second) // want `lost-cancel`
	return get(ctx)
}
