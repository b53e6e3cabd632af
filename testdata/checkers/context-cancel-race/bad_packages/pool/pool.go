// Package pool runs functions in goroutines.
package pool

import "context"

// Start runs a function in a goroutine.
func Start(ctx context.Context, f func(context.Context)) {
	go f(ctx)
}
