// Maps of all kinds of keys.
package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
)

type point struct{ x, y int }

type key struct {
	name string
	at   point
	any  any
	_    int
}

func main() {
	counts := map[rune]int{}
	for _, r := range "mississippi" {
		counts[r]++
	}
	fmt.Println(counts, len(counts))
	points := map[point]string{{1, 2}: "a", {3, 4}: "b"}
	points[point{1, 2}] += "!"
	fmt.Println(points[point{1, 2}], points[point{9, 9}] == "")
	keys := map[key]int{{"n", point{1, 2}, 3, 0}: 1}
	keys[key{"n", point{1, 2}, 3, 7}]++
	keys[key{"n", point{1, 2}, "3", 0}]++
	fmt.Println(len(keys), keys[key{"n", point{1, 2}, 3, 1}])
	anys := map[any]string{1: "int", int8(1): "int8", "1": "string", 1.0: "float", nil: "nil", point{}: "point", [2]int{1, 2}: "array", true: "bool"}
	fmt.Println(anys[1], anys[int8(1)], anys["1"], anys[1.0], anys[nil], anys[point{}], anys[[2]int{1, 2}], anys[uint(1)] == "")
	nan := math.NaN()
	floats := map[float64]int{nan: 1}
	floats[nan] = 2
	floats[0] = 3
	floats[math.Copysign(0, -1)]++
	_, ok := floats[nan]
	fmt.Println(len(floats), ok, floats[0])
	clear(floats)
	fmt.Println(len(floats))
	var nilMap map[string]int
	v, ok := nilMap["x"]
	delete(nilMap, "x")
	fmt.Println(v, ok, len(nilMap), nilMap == nil)
	big := make(map[int]int)
	for i := range 1000 {
		big[i*7919%1000] = i
	}
	for i := 0; i < 1000; i += 2 {
		delete(big, i)
	}
	sum := 0
	for k, v := range big {
		sum += k * v
	}
	fmt.Println(len(big), sum)
	seen := 0
	for k := range big {
		delete(big, k)
		seen++
		if seen == 100 {
			break
		}
	}
	fmt.Println(len(big), seen)
	for k := range big {
		for other := range big {
			if other != k {
				delete(big, other)
			}
		}
	}
	fmt.Println(len(big))
	nested := map[string]map[string][]int{}
	for _, w := range []string{"ab", "ac", "bb"} {
		inner, ok := nested[w[:1]]
		if !ok {
			inner = map[string][]int{}
			nested[w[:1]] = inner
		}
		inner[w[1:]] = append(inner[w[1:]], len(inner))
	}
	fmt.Println(nested)
	names := []string{}
	for name := range nested {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Println(names, slices.Sorted(maps.Values(map[int]int{1: 3, 2: 1})))
	channels := map[chan int]int{make(chan int): 1, nil: 2}
	fmt.Println(len(channels), channels[nil])
	copied := maps.Clone(points)
	delete(copied, point{1, 2})
	fmt.Println(len(points), len(copied), maps.Equal(points, copied))
}
