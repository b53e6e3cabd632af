// Package calls has calls of all kinds, and what they do to their arguments.
package calls

import "fmt"

type writer interface{ write([]byte) int }

type buffer struct{ data []byte }

func (b *buffer) write(p []byte) int {
	b.data = append(b.data, p...)
	return len(p)
}

type counter int

func (c counter) write(p []byte) int { return len(p) }

func static() int {
	var b buffer
	return b.write(make([]byte, 8))
}

func dynamic(w writer) int { return w.write(make([]byte, 8)) }

func function(f func(*int) *int) *int {
	x := 1
	return f(&x)
}

func printed(n int, s string) {
	fmt.Println("n", n, s, 'x')
	panic(fmt.Sprint(s))
}

func deferred(b *buffer) {
	defer b.write([]byte("deferred"))
	for range 2 {
		x := 1
		defer func() { x++ }()
	}
	y := 1
	go func(p *int) { *p = 2 }(&y)
}

func values(b *buffer, c counter) []func([]byte) int {
	local := (&buffer{}).write
	local(nil)
	return []func([]byte) int{b.write, c.write, (*b).write}
}

func expression(b *buffer) { (*buffer).write(b, []byte{1}) }

func two() (*int, *int) { return new(int), new(int) }

func take(p, q *int) *int { return q }

func forwarded() int { return *take(two()) }

func builtins(dst []*int, src []*int, s []string) []*int {
	copy(dst, src)
	clear(s)
	_ = min("a", s[0])
	x := 1
	return append(dst, &x)
}
