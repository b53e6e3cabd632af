// Package deferred cancels what goroutines still work with.
package deferred

import (
	"context"
	"database/sql"
	"time"
)

type store struct{ db *sql.DB }

func (s *store) direct(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	go s.db.ExecContext(ctx, "insert") // want `context-cancel-race: cancels when it returns`
}

func (s *store) save(ctx context.Context, n int) {
	_, _ = s.db.ExecContext(ctx, "insert", n)
}

func (s *store) helper(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for n := range 3 {
		go func() { // want `context-cancel-race: cancels when it returns`
			s.save(ctx, n)
		}()
	}
}

type saver interface {
	Save(ctx context.Context, n int)
}

func through(ctx context.Context, s saver) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	run := func(n int) {
		s.Save(ctx, n)
	}
	go run(1) // want `context-cancel-race: cancels when it returns`
}
