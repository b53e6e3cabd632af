// Command good ends what another package makes.
package main

import (
	"context"

	"example.com/good_packages/limit"
)

func run(ctx context.Context, s *limit.Scope) error {
	ctx, leave := s.Enter(ctx)
	defer leave()
	return ctx.Err()
}

func both(ctx context.Context) error {
	ctx, leave := limit.Scope{}.Both(ctx)
	if ctx.Err() != nil {
		leave()
		return ctx.Err()
	}
	leave()
	return nil
}

func main() {
	ctx, _ := context.WithCancel(context.Background())
	if run(ctx, &limit.Scope{}) != nil || both(ctx) != nil {
		panic("late")
	}
}
