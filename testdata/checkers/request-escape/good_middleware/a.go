// Package middleware mirrors requests.
package middleware

import (
	"context"
	"net/http"
	"time"
)

func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			next.ServeHTTP(w, r.WithContext(ctx))
		}()
		<-done
	})
}
