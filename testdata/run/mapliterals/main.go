// Map literals with keys that are equal when they run: entries that the compiler knows all of are
// assigned first, the others in their order, whatever the order in the source.
package main

import "fmt"

type key struct {
	a int
	b [2]string
}

// The compiler does not know its result.
func k(a int) key { return key{a: a} }

type shape interface{}

func one() int { return 1 }

var global = map[key]string{k(1): "dynamic", {a: 1}: "known", {a: one()}: "later"}

func main() {
	fmt.Println(global)
	fmt.Println(map[key]string{k(1): "dynamic", {a: 1}: "known"})
	fmt.Println(map[key]int{{a: 1}: one(), {a: 1}: 2})
	fmt.Println(map[any]any{one(): 1, any(1): 2, 1: any(nil)})
	fmt.Println(map[any]any{any(one()): 3, any(shape(1)): 2})
	m := map[key]*int{{a: 1}: new(int), {a: 1}: nil}
	fmt.Println(m[key{a: 1}] == nil)
	type pair struct{ x, y any }
	n := map[pair][]int{{1, "a"}: {1}, {one(), "a"}: {2}, {1, "a"}: nil}
	fmt.Println(n)
	o := map[pair][]int{{1, "a"}: {1}, {1, "a"}: []int(nil)}
	fmt.Println(o)
	p := map[pair]any{{(*int)(nil), 1}: one(), {(*int)(nil), 1}: 2}
	fmt.Println(p)
	q := map[pair]key{{1, nil}: key{one(), [2]string{}}, {1, nil}: {b: [...]string{1: "x"}}}
	fmt.Println(q)
	type e struct{ v any }
	f := map[any]int{e{e{1}}: one(), e{e{1}}: 2}
	fmt.Println(f)
	g := map[pair]any{{key{1, [2]string{}}, 1}: one(), {key{1, [2]string{}}, 1}: 2}
	fmt.Println(g)
}
