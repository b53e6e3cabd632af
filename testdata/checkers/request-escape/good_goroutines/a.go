// Package goroutines starts work that outlives requests, or is waited for.
package goroutines

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

type server struct {
	db *sql.DB
}

func (s *server) direct(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	go s.db.ExecContext(ctx, "insert")
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) literal(w http.ResponseWriter, r *http.Request) {
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = s.db.ExecContext(r.Context(), "insert")
	})
	wg.Wait()
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) derived(w http.ResponseWriter, r *http.Request) {
	done := make(chan error, 1)
	ctx := context.WithValue(r.Context(), "user", r.Header.Get("User"))
	go func() {
		_, err := s.db.ExecContext(ctx, "insert")
		done <- err
	}()
	if <-done != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func respond(w http.ResponseWriter, r *http.Request) {
	go func() {
		slog.InfoContext(r.Context(), "seen", "path", r.URL.Path)
	}()
	w.WriteHeader(http.StatusOK)
}

func body(_ http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Discard.Write(data)
	}()
}

// watch ends with the request.
func watch(_ http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() {
		<-ctx.Done()
		slog.Info("gone")
	}()
}
