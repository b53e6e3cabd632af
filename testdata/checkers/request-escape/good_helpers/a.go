// Package helpers works while handlers wait.
package helpers

import (
	"context"
	"net/http"
	"sync"
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

func (c *client) all(ctx context.Context, urls []string) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.notify(ctx, url)
		}()
	}
	wg.Wait()
}

func (c *client) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.all(r.Context(), r.URL.Query()["u"])
}

type notifier interface {
	Notify(ctx context.Context, url string)
}

func through(n notifier) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n.Notify(r.Context(), "a")
	}
}

func later[T any](x T, f func(T)) {
	go f(x)
}

func generic(w http.ResponseWriter, r *http.Request) {
	later(context.WithoutCancel(r.Context()), func(ctx context.Context) {
		_, _ = http.NewRequestWithContext(ctx, "GET", "/", nil)
	})
}
