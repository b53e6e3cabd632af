// Package trace is what generated programs tell of themselves with.
package trace

import (
	"fmt"
	"runtime"
)

// V is its argument, which the compiler cannot know.
//
//go:noinline
func V[T any](x T) T { return x }

// Clip is a slice with no more room than it has elements.
func Clip[S ~[]E, E any](s S) S { return s[:len(s):len(s)] }

// T prints its argument under a number and returns it.
//
//go:noinline
func T[X any](number int, x X) X {
	fmt.Println(number, x)
	return x
}

// P prints values under a number.
func P(number int, values ...any) {
	fmt.Print(number, ":")
	for _, value := range values {
		fmt.Printf(" %v", value)
	}
	fmt.Println()
}

// Int is a number without its fraction, as far as that fits an int32.
func Int(x float64) int {
	if x > -2147483648 && x < 2147483647 {
		return int(x)
	}
	return -1
}

// Guard runs a part of a program, and tells how it panicked if it did.
func Guard(number int, part func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(number, "panicked:", Text(r))
		}
	}()
	part()
	fmt.Println(number, "done")
}

// Text is what a panic says, with its type.
func Text(r any) string {
	if _, ok := r.(runtime.Error); ok {
		return fmt.Sprintf("%T: %v", r, r)
	}
	return fmt.Sprintf("%T(%v)", r, r)
}
