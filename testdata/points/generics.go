// Generic types and functions: each instance is a function and a type of its own.
package main

func reveal(any) {}

// A container of pointers, and its instances.

type list[T any] struct {
	head *node[T]
	size int
}

type node[T any] struct {
	value T
	next  *node[T]
}

func (l *list[T]) push(value T) {
	l.head = &node[T]{value, l.head}
	l.size++
}

func (l *list[T]) first() T { return l.head.value }

func (l *list[T]) all(yield func(T) bool) {
	for n := l.head; n != nil; n = n.next {
		if !yield(n.value) {
			return
		}
	}
}

// Methods of type parameters are those of the type arguments.

type source interface{ get() *int }

type left struct{ l *int }

func (s left) get() *int { return s.l }

type right struct{ r *int }

func (s *right) get() *int { return s.r }

func pull[S source](s S) *int { return s.get() }

// A constraint with a pointer to the parameter makes values of it.

type setter[T any] interface {
	*T
	set(*int)
}

func (s *right) set(r *int) { s.r = r }

func made[T any, P setter[T]](r *int) P {
	p := P(new(T))
	p.set(r)
	return p
}

// Functions that take functions.

func transform[A, B any](in []A, f func(A) B) []B {
	var out []B
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

func (p pair[K, V]) swapped() (V, K) { return p.value, p.key }

// A generic type that embeds another, and an interface with type parameters.

type named[T any] struct {
	list[T]
	name *string
}

type firster[T any] interface{ first() T }

func firstOf[T any](f firster[T]) T { return f.first() }

// A parameter decides what a type switch sees.

func kind[T any](v T) *int8 {
	switch v := any(v).(type) {
	case *int8:
		return v
	case left:
		reveal(v.l) // points to new:120
	}
	return nil
}

func main() {
	i := new(int)
	s := new(string)
	var ints list[*int]
	var strings list[*string]
	ints.push(i)
	strings.push(s)
	reveal(ints.first())    // points to new:103
	reveal(strings.first()) // points to new:104
	reveal(ints.head)       // points to new:19
	reveal(strings.head)    // points to new:19
	for v := range ints.all {
		reveal(v) // points to new:103
	}
	for v := range strings.all {
		reveal(v) // points to new:104
	}

	il, ir := new(int), new(int)
	reveal(pull(left{il}))        // points to new:120
	reveal(pull(&right{ir}))      // points to new:120
	reveal(pull[source](left{i})) // points to new:103

	m := made[right](ir)
	reveal(m)   // points to new:57
	reveal(m.r) // points to new:120

	lefts := transform([]*int{i}, func(p *int) left { return left{p} })
	reveal(lefts[0].l) // points to new:103
	names := transform([]*string{s}, func(p *string) *string { return p })
	reveal(names[0]) // points to new:104

	p := pair[*int, *string]{i, s}
	v, k := p.swapped()
	reveal(v) // points to new:104
	reveal(k) // points to new:103

	other := new(int16)
	n := named[*int16]{name: s}
	n.push(other)
	reveal(n.first())                  // points to new:139
	reveal(firstOf[*int16](&n))        // points to new:139
	reveal(firstOf[*string](&strings)) // points to new:104

	small := new(int8)
	reveal(kind(small))    // points to new:146
	reveal(kind(left{il})) // points to nothing
	reveal(kind(i))        // points to nothing
}
