// Maps with keys of all kinds.
package main

import (
	"fmt"
	"math"
)

type point struct {
	x int
	s string
}

type shape interface{ area() int }

func (p point) area() int { return p.x }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panicked:", r)
		}
	}()
	f()
}

func main() {
	bools := map[bool]string{true: "yes", false: "no"}
	fmt.Println(bools[1 > 0], bools, len(bools))
	floats := map[float64]int{0: 1}
	nan, minus := math.NaN(), math.Copysign(0, -1)
	floats[minus]++
	floats[nan] = 1
	floats[nan] = 2
	_, ok := floats[nan]
	delete(floats, nan)
	fmt.Println(len(floats), floats[0], ok)
	total := 0
	for k, v := range floats {
		if k != k {
			total += v
		}
	}
	fmt.Println(total)
	clear(floats)
	fmt.Println(len(floats), floats)
	complexes := map[complex128]int{1i: 1, complex(nan, 1): 2, 2: 3}
	complexes[complex(float64(len(bools)), 0)]++
	fmt.Println(len(complexes), complexes[2], complexes[1i])
	runes := map[rune]int{}
	for _, r := range "hello" {
		runes[r]++
	}
	fmt.Println(runes['l'], len(runes))

	points := map[point]int{{1, "a"}: 1, {x: 2}: 2}
	points[point{1, "a"}] += 10
	fmt.Println(points[point{1, "a"}], points[point{2, ""}], points[point{}])
	arrays := map[[2]string][]int{{"a", "b"}: {1}}
	arrays[[2]string{"a", "b"}] = append(arrays[[2]string{"a", "b"}], 2)
	arrays[[...]string{"c", ""}] = nil
	fmt.Println(arrays)
	pointers := map[*int]string{}
	a, b := new(int), new(int)
	pointers[a], pointers[b], pointers[nil] = "a", "b", "nil"
	fmt.Println(pointers[a], pointers[b], pointers[nil], len(pointers))
	channels := map[chan int]int{nil: 1, make(chan int): 2}
	fmt.Println(len(channels), channels[nil])
	empty := map[struct{}]int{{}: 4}
	empty[struct{}{}]++
	fmt.Println(empty)

	anys := map[any]string{1: "int", int8(1): "int8", 1.0: "float", "1": "string", nil: "nil", point{}: "point", [1]any{2}: "array"}
	fmt.Println(anys[1], anys[int8(1)], anys[1.0], anys["1"], anys[nil], anys[point{}], anys[[1]any{2}], len(anys))
	anys[math.NaN()] = "nan"
	anys[math.NaN()] = "nan"
	fmt.Println(len(anys), anys[math.NaN()] == "")
	shapes := map[shape]int{point{3, ""}: 3}
	fmt.Println(shapes[point{3, ""}], shapes[nil])
	try("slice as key", func() { anys[[]int{1}] = "" })
	try("lookup", func() { fmt.Println(anys[map[int]int{}]) })
	try("function in struct", func() { _, _ = anys[struct{ f func() }{}] })
	try("in array", func() { delete(anys, any([1]any{[]int{}})) })
	try("empty map", func() { fmt.Println(map[any]int{}[func() {}]) })
	try("nil map", func() { fmt.Println(map[any]int(nil)[[]int{}]) })

	var none map[string]int
	fmt.Println(none["x"], len(none), none == nil)
	delete(none, "x")
	clear(none)
	for range none {
	}
	try("operation in an empty map", func() { map[any]int{}[[]int{}]++ })
	try("operation in a nil map", func() { map[any]int(nil)[[]int{}] += 2 })
	try("assignment to nil", func() { none["x"]++ })

	// Elements that are not there yet may come or not; those deleted do not.
	m := map[int]int{}
	for i := range 100 {
		m[i] = i
	}
	seen := 0
	for k := range m {
		for other := range m {
			if other != k {
				delete(m, other)
			}
		}
		seen++
	}
	fmt.Println(seen, len(m))
	nested := map[string]map[string]int{"a": {"b": 1}}
	nested["a"]["c"]++
	fmt.Println(nested, nested["x"]["y"])
	structs := map[string]struct{ n int }{"a": {1}}
	s := structs["a"]
	s.n++
	fmt.Println(structs, s)
	functions := map[string]func(int) int{"double": func(x int) int { return 2 * x }}
	fmt.Println(functions["double"](4), functions["none"] == nil)
}
