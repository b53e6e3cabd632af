// Package memory keeps requests in variables.
package memory

import (
	"context"
	"net/http"
)

type handler struct {
	ctx  context.Context
	last *http.Request
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.ctx = r.Context() // want `request-escape: kept in a variable`
	h.last = r          // want `request-escape: kept in a variable`
}

var current context.Context

func set(ctx context.Context) {
	current = ctx // want `request-escape: kept in a variable`
}

func global(w http.ResponseWriter, r *http.Request) {
	set(r.Context())
}
