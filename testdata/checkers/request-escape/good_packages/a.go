// Package main handles requests and audits them.
package main

import (
	"net/http"

	"example.com/good_packages/audit"
)

func main() {
	trail := &audit.Trail{}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		trail.Add(r.Context(), r.URL.Path)
	})
	_ = http.ListenAndServe(":0", nil)
}
