// Package queue sends requests to workers.
package queue

import (
	"context"
	"net/http"
)

type job struct {
	ctx  context.Context
	name string
}

type server struct {
	jobs chan job
	refs chan *job
	raw  chan *http.Request
}

func (s *server) value(w http.ResponseWriter, r *http.Request) {
	s.jobs <- job{ctx: r.Context(), name: r.URL.Path} // want `request-escape: context of a request is queued`
}

func (s *server) pointer(w http.ResponseWriter, r *http.Request) {
	j := &job{name: "a"}
	j.ctx = r.Context() // want `request-escape: context of a request is queued`
	s.refs <- j
}

func (s *server) request(w http.ResponseWriter, r *http.Request) {
	select { // want `request-escape: queued`
	case s.raw <- r:
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (s *server) put(ctx context.Context, name string) {
	s.jobs <- job{ctx, name} // want `request-escape: queued`
}

func (s *server) helper(w http.ResponseWriter, r *http.Request) {
	s.put(r.Context(), r.URL.Path)
}
