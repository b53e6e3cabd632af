// Package helpers waits for the goroutines of functions that are called.
package helpers

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

func insert(ctx context.Context, db *sql.DB) {
	_, _ = db.ExecContext(ctx, "insert")
}

func background(ctx context.Context, db *sql.DB, wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		insert(ctx, db)
	}()
}

func run(ctx context.Context, db *sql.DB) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var wg sync.WaitGroup
	background(ctx, db, &wg)
	wg.Wait()
}

func spawn[T any](wg *sync.WaitGroup, f func(T), x T) {
	wg.Go(func() { f(x) })
}

type counter struct{ n int }

func (c *counter) add(int) { c.n++ }

func count(ctx context.Context) int {
	c := &counter{}
	var wg sync.WaitGroup
	spawn(&wg, c.add, 1)
	<-ctx.Done()
	wg.Wait()
	return c.n
}
