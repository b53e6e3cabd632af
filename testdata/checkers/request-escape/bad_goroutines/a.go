// Package goroutines starts work that has the context of a request.
package goroutines

import (
	"context"
	"database/sql"
	"io"
	"net/http"
)

type server struct {
	db *sql.DB
}

func (s *server) direct(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go s.db.ExecContext(ctx, "insert") // want `request-escape: context of a request`
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) literal(w http.ResponseWriter, r *http.Request) {
	go func() { // want `request-escape: context`
		_, _ = s.db.ExecContext(r.Context(), "insert")
	}()
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) derived(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithValue(r.Context(), "user", r.Header.Get("User"))
	go func() { // want `request-escape: context`
		_, _ = s.db.ExecContext(ctx, "insert")
	}()
}

func respond(w http.ResponseWriter, _ *http.Request) {
	go func() { // want `request-escape: ResponseWriter`
		w.WriteHeader(http.StatusOK)
	}()
}

func body(_ http.ResponseWriter, r *http.Request) {
	go func() { // want `request-escape: body`
		_, _ = io.ReadAll(r.Body)
	}()
}

func form(_ http.ResponseWriter, r *http.Request) {
	go func() { // want `request-escape: Request`
		_ = r.ParseForm()
	}()
}
