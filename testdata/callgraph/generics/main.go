// Instances of generic functions and types are told apart.
package main

type number interface{ value() int }

type one struct{}

func (one) value() int { return 1 }

type two struct{}

func (two) value() int { return 2 }

func apply[T, R any](x T, f func(T) R) R {
	return f(x) // vta: double, text
}

func double(x int) int { return 2 * x }

func text(s string) string { return s + "!" }

func sum[N number](numbers ...N) int {
	total := 0
	for _, n := range numbers {
		total += n.value() // vta: one.value
	}
	return total
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) { s.items = append(s.items, x) }

func (s *stack[T]) top() T { return s.items[len(s.items)-1] }

func main() {
	println(apply(3, double), apply("a", text))
	println(sum(one{}, one{}))
	numbers := &stack[number]{}
	numbers.push(two{})
	println(numbers.top().value()) // vta: stack.top[number], two.value
	functions := &stack[func() int]{}
	functions.push(func() int { return 5 })
	println(functions.top()()) // vta: stack.top[func() int], main$1
}
