// Channels with room for as many as a map has entries.
package good

import (
	"context"
	"sync"
)

type target struct {
	name string
	port int
}

// There is room for all.
func queue(targets map[string]int) chan target {
	queued := make(chan target, len(targets))
	for name, port := range targets {
		queued <- target{name, port}
	}
	return queued
}

// Each worker answers once for what it has taken, and there is room for all answers.
func parallel(ctx context.Context, work map[string]int, do func(int) error) error {
	if len(work) == 0 {
		return nil
	}
	results := make(chan error, len(work))
	tasks := make(chan int, len(work))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for task := range tasks {
				results <- do(task)
			}
		})
	}
	for _, task := range work {
		tasks <- task
	}
	close(tasks)
	var err error
	for range len(work) {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case err = <-results:
		}
		if err != nil {
			break
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
