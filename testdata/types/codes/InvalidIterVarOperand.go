// Iteration variables for all that can be ranged over.
package p

type all func(yield func(int, string) bool)

type keys func(yield func(int) bool)

type none func(yield func() bool)

func ranges(array [3]int, pointer *[3]int, text string, m map[string]bool, number uint8, a all, k keys, n none) {
	var i, j, l int
	var s string
	var b byte
	for i, j, l = range array {
	}
	for i, j, l = range pointer {
	}
	for i, j, l = range text {
	}
	for i, j, l = range m {
	}
	for b, j = range number {
	}
	for i = range number {
	}
	for i, s, l = range a {
	}
	for i, j = range a {
	}
	for i, s = range k {
	}
	for i = range n {
	}
	for i, s := range n {
	}
	for i, j, l := range k {
	}
	for i, s, l, b := range m {
	}
	for 1, j = range array {
	}
	for i, "a" = range array {
	}
	for i() = range array {
	}
	for m["a"], j = range array {
	}
	for ranges, j = range array {
	}
	for i, int = range array {
	}
	for i, missing = range array {
	}
	for missing, i, j = range array {
	}
	for array[0] := range array {
	}
	for x, x := range array {
	}
	for _, _ := range array {
	}
	for _, _, _ := range array {
	}
	_, _, _, _, _ = i, j, l, s, b
}

func typed[P []int | [3]int, Q []int | map[int]int, R []int | chan int](p P, q Q, r R) {
	for i, j, k := range p {
	}
	for i, j := range q {
	}
	for i, j := range r {
	}
	for i := range nil {
	}
	for i := range 1.0 {
	}
	for i := range 1.5 {
	}
	for i, j := range 'a' {
	}
	for i := range ranges {
	}
	for i := range (chan<- int)(nil) {
	}
}
