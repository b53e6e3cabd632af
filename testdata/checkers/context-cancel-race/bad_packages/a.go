// Package bad reads what another package's goroutine writes.
package bad

import (
	"context"

	"example.com/bad_packages/pool"
)

func run(ctx context.Context) int {
	n := 0
	pool.Start(ctx, func(context.Context) {
		n = 1 // want `context-cancel-race: read behind`
	})
	<-ctx.Done()
	return n
}
