// Package good reads what another package's goroutine has written.
package good

import (
	"context"

	"example.com/good_packages/pool"
)

func run(ctx context.Context) (n int) {
	pool.Run(ctx, func(context.Context) {
		n = 1
	})
	<-ctx.Done()
	return n
}
