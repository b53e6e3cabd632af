// Package pool runs functions in goroutines.
package pool

import "context"

// Run runs a function in a goroutine and waits for it.
func Run(ctx context.Context, f func(context.Context)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	<-done
}
