// Iterators that are functions: bodies of loops are closures that they call.
package main

func reveal(any) {}

type tree struct {
	left, right *tree
	key         *int
}

func (t *tree) walk(yield func(*int, *tree) bool) {
	if t == nil {
		return
	}
	t.left.walk(yield)
	if !yield(t.key, t) {
		return
	}
	t.right.walk(yield)
}

type seq[T any] func(yield func(T) bool)

func filter[T any](in seq[T], keep func(T) bool) seq[T] {
	return func(yield func(T) bool) {
		for v := range in {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func each[T any](list []T) seq[T] {
	return func(yield func(T) bool) {
		for _, v := range list {
			if !yield(v) {
				return
			}
		}
	}
}

func find(in seq[*int]) *int {
	for v := range in {
		return v
	}
	return nil
}

func chain(parts ...seq[*int]) seq[*int] {
	return func(yield func(*int) bool) {
		for _, part := range parts {
			for v := range part {
				if !yield(v) {
					return
				}
			}
		}
	}
}

func main() {
	k := new(int)
	leaf := &tree{key: k}
	root := &tree{left: leaf}
	var last *tree
	for key, t := range root.walk {
		reveal(key) // points to new:64
		reveal(t)   // points to new:65 new:66
		if t.left == nil {
			continue
		}
		last = t
	}
	reveal(last) // points to new:65 new:66

	a, b := new(int), new(int)
	c := new(int)
	// What a loop stores outside, and what it returns.
	var sum []*int
	for v := range each([]*int{a}) {
		sum = append(sum, v)
	}
	reveal(sum[0])                // points to new:78
	reveal(find(each([]*int{c}))) // points to new:79
	for v := range filter(each([]*int{b}), func(v *int) bool { return v != nil }) {
		reveal(v) // points to new:78
	}

	// Iterators of other types have other loops.
	s := new(string)
	for v := range each([]*string{s}) {
		reveal(v) // points to new:92
	}
	for v := range chain(each([]*int{c}), each([]*int{k})) {
		reveal(v) // points to new:64 new:79
	}

	// Deferred calls run when the function of the loop returns.
	func() {
		for v := range each([]*int{c}) {
			defer func() { reveal(v) }() // points to new:79
		}
	}()
}
