// Package taint has flows from sources to sinks, and others that look alike.
package taint

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

func sink(x any)                      { _ = x }
func clean(s string) string           { return s }
func secret() string                  { return "" }
func fill(to *string, from ...string) {}

type emitter interface{ Emit(s string) }

type request struct {
	body, path string
	parent     *request
}

type response struct {
	header, text string
}

type password string

var kept string
var table = map[string]string{}

func direct() {
	s := os.Getenv("A")
	sink(s)        // want `taint: the result of os.Getenv gets to argument 0 of example.com/taint.sink`
	sink(clean(s)) // clean
	sink(len(s))   // a length
	if s == "x" {
		sink("x")
	}
}

func text() {
	s := fmt.Sprintf("x %s", os.Getenv("A"))
	sink(strings.ToUpper(s)[2:]) // want `taint`
	var b strings.Builder
	sink(b.String()) // not yet
	b.WriteString(s)
	sink(b.String()) // want `taint`
	var parsed struct{ Name string }
	if json.Unmarshal([]byte(s), &parsed) == nil {
		sink(parsed.Name) // want `taint`
	}
	var filled string
	fill(&filled, "x", s)
	sink(filled) // want `taint`
}

func fields() {
	r := &request{path: "/"}
	r.parent = &request{}
	r.parent.path = secret()
	sink(r.path)
	sink(r.parent.path) // want `taint: the result of example.com/taint.secret`
	copied := *r.parent
	sink(copied.path) // want `taint`
	sink(r.parent.parent)
	v := request{path: secret()}
	v.path = "clean again"
	sink(v.path)
	_ = &response{header: secret()} // want `taint: .* gets to field example.com/taint.response.header`
	_ = &response{text: secret()}
}

func (r *request) setPath(s string) { r.path = s }
func (r *request) getPath() string  { return r.path }
func (r *request) up() *request     { return r.parent }

func methods() {
	a, b := &request{parent: &request{}}, &request{parent: &request{}}
	a.setPath(secret())
	b.setPath("clean")
	sink(a.getPath()) // want `taint`
	sink(b.getPath()) // its own call
	a.up().setPath(secret())
	sink(a.parent.path) // want `taint`
	sink(b.parent.path)
}

func identity[T any](x T) T { return x }

func calls() {
	sink(identity(secret())) // want `taint`
	sink(identity("clean"))
	pass := func(s string) { sink(s) } // want `taint`
	pass(secret())
	var captured string
	func() { captured = secret() }()
	sink(captured) // want `taint`
}

func globals() {
	kept = secret()
	table["x"] = secret()
}

func readers() {
	sink(kept)       // want `taint`
	sink(table["y"]) // want `taint`
}

func channels(other chan string) {
	ch := make(chan string, 1)
	go produce(ch)
	sink(<-ch) // want `taint`
	sink(<-other)
	select {
	case s := <-ch:
		sink(s) // want `taint`
	case s := <-other:
		sink(s)
	}
}

func produce(to chan<- string) { to <- secret() }

type upper struct{ last string }

func (u *upper) Emit(s string) {
	u.last = s
	sink(s) // want `taint`
}

func interfaces(e emitter) {
	e = &upper{}
	e.Emit(secret()) // want `taint: .* gets to argument 1 of example.com/taint.emitter.Emit`
	var x any = secret()
	if s, ok := x.(string); ok {
		sink(s) // want `taint`
	}
}

func slices() {
	all := []string{"a"}
	all = append(all, secret())
	for _, s := range all {
		sink(s) // want `taint`
	}
	for i := range all {
		sink(i)
	}
	clean := append([]string(nil), "x")
	copy(clean, all)
	sink(clean[0]) // want `taint`
}

func sources(r *request, p password) {
	sink(r.body)    // want `taint: field example.com/taint.request.body`
	sink(string(p)) // want `taint: a value of type example.com/taint.password`
	sink(r.path)
}

func pathHandler(first, second string) {
	sink(first)
	sink(second) // want `taint: parameter .second. of example.com/taint.pathHandler`
}

func render(r *request) string {
	if r == nil {
		return "none"
	}
	return r.body // want `taint: .* gets to result 0 of example.com/taint.render`
}
