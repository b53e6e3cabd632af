// Package middleware mirrors requests.
package middleware

import (
	"context"
	"net/http"
	"time"
)

func mirror(next http.Handler, to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		copied := r.WithContext(ctx)
		go func() { // want `request-escape`
			defer cancel()
			to.ServeHTTP(w, copied)
		}()
		next.ServeHTTP(w, r)
	})
}
