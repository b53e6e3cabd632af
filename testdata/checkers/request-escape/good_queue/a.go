// Package queue sends requests to workers, and waits for them.
package queue

import (
	"context"
	"net/http"
)

type job struct {
	ctx  context.Context
	name string
	done chan struct{}
}

type server struct {
	jobs chan job
	refs chan *job
	raw  chan string
}

func (s *server) value(w http.ResponseWriter, r *http.Request) {
	s.jobs <- job{ctx: context.WithoutCancel(r.Context()), name: r.URL.Path}
}

func (s *server) pointer(w http.ResponseWriter, r *http.Request) {
	j := &job{name: "a", done: make(chan struct{})}
	j.ctx = r.Context()
	s.refs <- j
	<-j.done
}

func (s *server) request(w http.ResponseWriter, r *http.Request) {
	select {
	case s.raw <- r.URL.Path:
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (s *server) put(ctx context.Context, name string) {
	done := make(chan struct{})
	s.jobs <- job{ctx, name, done}
	<-done
}

func (s *server) helper(w http.ResponseWriter, r *http.Request) {
	s.put(r.Context(), r.URL.Path)
}
