// Generic functions, types and methods.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type number interface {
	~int | ~int64 | ~float64
}

func sum[T number](xs ...T) (total T) {
	for _, x := range xs {
		total += x
	}
	return
}

func apply[A, B any](xs []A, f func(A) B) []B {
	out := make([]B, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

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

func (l *list[T]) each(yield func(int, T) bool) {
	i := 0
	for n := l.head; n != nil; n = n.next {
		if !yield(i, n.value) {
			return
		}
		i++
	}
}

type tree[K cmp.Ordered, V any] struct {
	left, right *tree[K, V]
	key         K
	value       V
}

func (t *tree[K, V]) put(key K, value V) *tree[K, V] {
	switch {
	case t == nil:
		return &tree[K, V]{key: key, value: value}
	case key < t.key:
		t.left = t.left.put(key, value)
	case key > t.key:
		t.right = t.right.put(key, value)
	default:
		t.value = value
	}
	return t
}

func (t *tree[K, V]) walk(f func(K, V)) {
	if t == nil {
		return
	}
	t.left.walk(f)
	f(t.key, t.value)
	t.right.walk(f)
}

type celsius float64

func (c celsius) String() string { return fmt.Sprintf("%.1f°C", float64(c)) }

type stringish interface {
	comparable
	fmt.Stringer
}

func find[T stringish](xs []T, wanted T) string {
	for i, x := range xs {
		if x == wanted {
			return fmt.Sprint(i, " ", x.String())
		}
	}
	return "none"
}

type pair[A, B any] struct {
	first  A
	second B
}

func zip[A, B any](as []A, bs []B) []pair[A, B] {
	var out []pair[A, B]
	for i := range min(len(as), len(bs)) {
		out = append(out, pair[A, B]{as[i], bs[i]})
	}
	return out
}

func typeName[T any]() string {
	var zero T
	switch any(zero).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case []T:
		return "slice"
	}
	return fmt.Sprintf("%T", zero)
}

func main() {
	fmt.Println(sum(1, 2, 3), sum(1.5, 2.5), sum[celsius](20, 1.5))
	fmt.Println(apply([]int{1, 2, 3}, func(i int) string { return strings.Repeat("x", i) }))
	var l list[string]
	l.push("a")
	l.push("b")
	for i, s := range l.each {
		fmt.Print(i, s, " ")
	}
	fmt.Println(l.size)
	var t *tree[string, int]
	for i, word := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t = t.put(word, i)
	}
	t.walk(func(k string, v int) { fmt.Print(k, "=", v, " ") })
	fmt.Println()
	fmt.Println(find([]celsius{1, 2, 3}, 2))
	fmt.Printf("%v %+v %T\n", zip([]int{1, 2}, []string{"x", "y", "z"}), pair[bool, string]{true, errors.New("e").Error()}, pair[int, []string]{})
	fmt.Println(typeName[int](), typeName[string](), typeName[float64](), typeName[pair[int, int]]())
	keys := slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2, "c": 3}))
	fmt.Println(keys, slices.Max(keys), slices.Index(keys, "b"))
	xs := []pair[string, int]{{"b", 2}, {"a", 2}, {"c", 1}}
	slices.SortFunc(xs, func(x, y pair[string, int]) int {
		return cmp.Or(cmp.Compare(x.second, y.second), cmp.Compare(x.first, y.first))
	})
	fmt.Println(xs)
}
