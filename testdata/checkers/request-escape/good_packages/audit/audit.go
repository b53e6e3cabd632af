// Package audit writes what happens to a database.
package audit

import (
	"context"
	"database/sql"
)

// Trail is where it is written.
type Trail struct{ DB *sql.DB }

// Add writes a line in the background.
func (t *Trail) Add(ctx context.Context, text string) {
	ctx = context.WithoutCancel(ctx)
	go func() {
		_, _ = t.DB.ExecContext(ctx, "insert", text)
	}()
}
