// Package helpers starts work in what handlers call.
package helpers

import (
	"context"
	"net/http"
)

type client struct{ http *http.Client }

func (c *client) notify(ctx context.Context, url string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return
	}
	resp, err := c.http.Do(req)
	if err == nil {
		resp.Body.Close()
	}
}

func (c *client) background(ctx context.Context, url string) {
	go c.notify(ctx, url) // want `request-escape: context`
}

func (c *client) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.background(r.Context(), r.URL.Query().Get("u"))
}

type notifier interface {
	Notify(ctx context.Context, url string)
}

func through(n notifier) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		go n.Notify(r.Context(), "a") // want `request-escape: context`
	}
}

func later[T any](x T, f func(T)) {
	go f(x) // want `request-escape`
}

func generic(w http.ResponseWriter, r *http.Request) {
	later(r.Context(), func(ctx context.Context) {
		_, _ = http.NewRequestWithContext(ctx, "GET", "/", nil)
	})
}
