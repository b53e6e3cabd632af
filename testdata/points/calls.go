// Functions as values, methods, interfaces, closures, constructors.
package main

func reveal(any) {}

type shape interface{ self() *int }

type square struct{ side *int }

func (s *square) self() *int { return s.side }

type circle struct{ radius *int }

func (c circle) self() *int { return c.radius }

type framed struct{ shape }

func newSquare(side *int) *square { return &square{side} }

func apply(f func(*int) *int, x *int) *int { return f(x) }

func identity(x *int) *int { return x }

func first[T any](list []T) T { return list[0] }

func main() {
	x := new(int)
	y := new(int)
	z := new(int)
	// A constructor makes another object for each call of it.
	a := newSquare(x)
	b := newSquare(y)
	reveal(a.side) // points to new:27
	reveal(b.side) // points to new:28
	var s shape = a
	reveal(s.self()) // points to new:27
	s = circle{z}
	reveal(s)        // points to interface:37
	reveal(s.self()) // points to new:28 new:29
	f := framed{circle{y}}
	reveal(f.self()) // points to new:28 new:29
	method := b.self
	reveal(method())           // points to new:28
	reveal(apply(identity, z)) // points to new:29
	reveal(first([]*int{x}))   // points to new:27
	reveal((*square).self(a))  // points to new:27
	count := 0
	step := func() *int { count++; return &count }
	reveal(step()) // points to variable:47
	defer func() {
		reveal(recover()) // points to new:56 plain
	}()
	for v := range func(yield func(*int) bool) { yield(z) } {
		reveal(v) // points to new:29
	}
	panic(new(string))
}
