// Bodies of range-over-func statements are functions that iterators call.
package main

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) { // vta: main$1, main$2
				return
			}
		}
	}
}

func cleanup() {}

func main() {
	total := 0
	for i := range count(3) { // vta: count, count$1
		total += i
	}
	for i := range count(4) { // vta: count, count$1
		defer cleanup() // vta: cleanup
		if i == 2 {
			break
		}
	}
	println(total)
}
