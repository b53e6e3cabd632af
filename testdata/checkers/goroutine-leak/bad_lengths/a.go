// Channels with less room than a map has entries.
package bad

import (
	"context"
	"sync"
)

type target struct {
	name string
	port int
}

// One more is put in.
func queue(targets map[string]int) chan target {
	queued := make(chan target, len(targets))
	for name, port := range targets {
		queued <- target{name, port}
	}
	queued <- target{} // want `goroutine-leak`
	return queued
}

// Those who answer late find no room.
func parallel(ctx context.Context, work map[string]int, do func(int) error) error {
	results := make(chan error)
	var wg sync.WaitGroup
	for _, task := range work {
		wg.Go(func() {
			results <- do(task) // want `goroutine-leak`
		})
	}
	var err error
	for range len(work) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-results:
		}
	}
	wg.Wait()
	return err
}

// Use lets the functions run.
func Use(targets map[string]int) error {
	select {
	case <-queue(targets):
	default:
	}
	return parallel(context.Background(), targets, func(int) error { return nil })
}
