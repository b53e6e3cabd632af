// Package memory keeps requests while they are handled.
package memory

import (
	"context"
	"net/http"
)

type handler struct {
	path string
}

type call struct {
	ctx context.Context
	w   http.ResponseWriter
	r   *http.Request
}

func (c *call) run() { _ = c.ctx.Err() }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.path = r.URL.Path
	c := &call{w: w, r: r}
	c.ctx = r.Context()
	c.run()
}

var current string

func global(w http.ResponseWriter, r *http.Request) {
	current = r.Method
}
