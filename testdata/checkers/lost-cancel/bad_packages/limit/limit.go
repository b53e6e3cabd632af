// Package limit makes contexts with an end.
package limit

import (
	"context"
	"time"
)

// Scope is where contexts begin.
type Scope struct{ Timeout time.Duration }

// Enter returns a context and what ends it.
func (s Scope) Enter(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.Timeout)
}

// Both does the same through another function.
func (s Scope) Both(ctx context.Context) (context.Context, func()) {
	ctx, cancel := s.Enter(ctx)
	return ctx, func() { cancel() }
}
