// Package bad drops what another package makes.
package bad

import (
	"context"

	"example.com/bad_packages/limit"
)

func run(ctx context.Context, s *limit.Scope) error {
	ctx, _ = s.Enter(ctx) // want `lost-cancel: never called`
	return ctx.Err()
}

func both(ctx context.Context, s *limit.Scope) error {
	ctx, leave := s.Both(ctx) // want `lost-cancel: not called on every path`
	if ctx.Value(s) != nil {
		return nil
	}
	leave()
	return nil
}
