// Package cancel hands cancel functions to code in another language.
package cancel

import "context"

func after(fn func())
func forget(fn func())

func called(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	after(cancel)
	return ctx
}

func forgotten(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
	forget(cancel)
	return ctx
}
