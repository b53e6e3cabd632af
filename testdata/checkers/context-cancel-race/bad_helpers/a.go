// Package helpers starts goroutines in functions that are called.
package helpers

import (
	"context"
	"database/sql"
	"time"
)

func insert(ctx context.Context, db *sql.DB) {
	_, _ = db.ExecContext(ctx, "insert")
}

func background(ctx context.Context, db *sql.DB) {
	go insert(ctx, db) // want `context-cancel-race: cancels when it returns`
}

func run(ctx context.Context, db *sql.DB) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	background(ctx, db)
}

func spawn[T any](f func(T), x T) {
	go f(x)
}

type counter struct{ n int }

func (c *counter) add(int) {
	c.n++ // want `context-cancel-race: read behind`
}

func count(ctx context.Context) int {
	c := &counter{}
	spawn(c.add, 1)
	<-ctx.Done()
	return c.n
}
