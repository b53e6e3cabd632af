// Package deferred waits for goroutines before it cancels.
package deferred

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

type store struct{ db *sql.DB }

func (s *store) direct(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	go func() {
		defer cancel()
		_, _ = s.db.ExecContext(ctx, "insert")
	}()
}

func (s *store) save(ctx context.Context, n int) {
	_, _ = s.db.ExecContext(ctx, "insert", n)
}

func (s *store) helper(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() { s.save(ctx, n) })
	}
	wg.Wait()
}

type saver interface {
	Save(ctx context.Context, n int)
}

func through(ctx context.Context, s saver) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	run := func(n int) {
		defer close(done)
		s.Save(ctx, n)
	}
	go run(1)
	<-done
}

// watch ends when the function does: that is what it waits for.
func watch(ctx context.Context, s *store) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-ctx.Done()
		_ = s.db.Close()
	}()
	s.save(context.Background(), 1)
}
