// A file with every kind of declaration.

//go:build linux && !cgo

// Package p has documentation.
package p

import "fmt"

import (
	. "math"
	_ "embed"
	str "strings"
)

// Documented.
const Answer = 42

// Not documented: a blank line follows.

const (
	A, B = iota, iota + 1
	C, D
	_    float64 = 1.5e3
)

var x, y int

var (
	z    = []string{"a", `b\n`}
	w, _ = fmt.Sprint(), Pi
)

type (
	Number  = int
	Pair    struct{ a, b int }
	Set[T comparable] = map[T]struct{}
)

//go:noescape
func bodiless(p *byte)

func (p *Pair) Sum() (n int, err error) { return p.a + p.b, nil }
