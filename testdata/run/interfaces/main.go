// Interface values: conversion, assertion, comparison, nil in its two forms.
package main

import (
	"errors"
	"fmt"
	"io"
)

type celsius float64

func (c celsius) String() string { return fmt.Sprintf("%.1f°C", float64(c)) }

type point struct{ x, y int }

type problem struct{ code int }

func (p *problem) Error() string {
	if p == nil {
		return "nil problem"
	}
	return fmt.Sprint("problem ", p.code)
}

type reader interface{ Read([]byte) (int, error) }

type both interface {
	fmt.Stringer
	comparable2
}

type comparable2 interface{ Equal(any) bool }

func (c celsius) Equal(x any) bool { o, ok := x.(celsius); return ok && o == c }

func mayFail(fail bool) error {
	var p *problem
	if fail {
		p = &problem{3}
	}
	return p
}

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panicked:", r)
		}
	}()
	f()
}

func main() {
	var x, y any
	fmt.Println(x == y, x == nil)
	x, y = 1, 1.0
	fmt.Println(x == y, x == 1, y == 1.0, x == any(int64(1)))
	x, y = point{1, 2}, point{1, 2}
	fmt.Println(x == y, x == any(struct{ x, y int }{1, 2}))
	x, y = [2]any{1, "a"}, [2]any{1, "a"}
	fmt.Println(x == y)
	p := &point{1, 2}
	x, y = p, &point{1, 2}
	fmt.Println(x == y, x == any(p))
	x = []int(nil)
	fmt.Println(x == nil, y == x)
	try("slices", func() { fmt.Println(x == any([]int(nil))) })
	try("in array", func() { fmt.Println(any([2]any{1, x}) == any([2]any{1, x})) })
	try("first differs", func() { fmt.Println(any([2]any{1, x}) == any([2]any{2, x})) })
	try("functions", func() { f := func() {}; fmt.Println(any(f) == any(f)) })
	try("maps in struct", func() {
		type s struct {
			a int
			m any
		}
		fmt.Println(s{1, map[int]int{}} == s{2, map[int]int{}}, s{1, 2} == s{1, 2})
		fmt.Println(s{1, map[int]int{}} == s{1, map[int]int{}})
	})

	var s fmt.Stringer = celsius(21.5)
	fmt.Println(s, s == celsius(21.5), s.(celsius) > 20)
	b, ok := s.(both)
	fmt.Println(b, ok, b.Equal(celsius(21.5)), b.Equal(21.5))
	_, ok = s.(error)
	fmt.Println(ok)
	var back any = b
	_, ok = back.(float64)
	fmt.Println(ok, back.(fmt.Stringer).String(), back.(interface{ Equal(any) bool }) != nil)

	err := mayFail(false)
	fmt.Println(err == nil, err, err.(*problem) == nil)
	err = fmt.Errorf("wrapped: %w", mayFail(true))
	var found *problem
	fmt.Println(errors.As(err, &found), found.code, errors.Unwrap(err) == error(found))

	var r reader
	_, ok = r.(io.Reader)
	fmt.Println(ok, r == nil)
	try("nil method", func() { r.Read(nil) })
	try("nil assertion", func() { _ = r.(io.ReadWriter) })
	try("nil to concrete", func() { _ = err.(interface{ Timeout() bool }) })
	try("wrong type", func() { _ = s.(fmt.Stringer).(celsius2) })
	try("missing method", func() { _ = s.(error) })
	try("concrete of any", func() { _ = back.(*problem) })
	try("same names", func() {
		type celsius float64
		_ = back.(celsius)
	})
	try("pointer receiver", func() { _ = any(problem{1}).(error) })

	values := []any{nil, 1, "s", p, point{}, err, s, func() {}, []int{1}, celsius(1)}
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			fmt.Print("nil ")
		case int, string:
			fmt.Printf("%T:%v ", v, v)
		case *point:
			v.x++
			fmt.Print(*v, " ")
		case error:
			fmt.Print("error ")
		case both:
			fmt.Print(v.String(), " ")
		case func():
			v()
			fmt.Print("func ")
		default:
			fmt.Printf("%T ", v)
		}
	}
	fmt.Println()
	// What is in an interface is a copy.
	q := point{1, 1}
	x = q
	q.x = 9
	fmt.Println(x, q, x.(point).y)
	array := [2]int{1, 2}
	x = array
	array[0] = 7
	fmt.Println(x, array)
}

type celsius2 float64

func (c celsius2) String() string { return "" }
