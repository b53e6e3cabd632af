// Structs: comparison, embedding, blank fields, values of no size, conversion, anonymous types.
package main

import "fmt"

type empty struct{}

type inner struct {
	a int
	b string
}

type outer struct {
	inner
	*empty
	_ int
	c [2]float64
	d any
}

type named struct {
	a int "tag"
	b string
}

type list struct {
	next *list
	n    int
}

type generic[T comparable] struct {
	x, y T
}

func (g generic[T]) same() bool { return g.x == g.y }

func change(i inner) inner {
	i.a++
	return i
}

func main() {
	e := empty{}
	x := outer{inner{1, "b"}, &e, 5, [2]float64{1, 2}, "d"}
	y := x
	fmt.Println(x == y, x.a, y.inner.b)
	y.c[1]++
	fmt.Println(x == y, x != y, x.c, y.c)
	y = x
	y.d = []int{}
	func() {
		defer func() { fmt.Println(recover()) }()
		fmt.Println(x == y)
		x.d = y.d
		fmt.Println(x == y)
	}()
	nan := 0.0
	nan /= nan
	z := outer{c: [2]float64{nan}}
	fmt.Println(z == z, generic[float64]{nan, nan}.same(), generic[string]{"a", "a"}.same())
	fmt.Println(generic[any]{1, 1}.same(), generic[inner]{inner{1, ""}, inner{}}.same())

	i := inner{1, "x"}
	n := named(i)
	n.a = 7
	fmt.Println(i, n, inner(n) == i, change(i), i)
	p := (*named)(&i)
	p.b = "through another type"
	fmt.Println(i)
	anonymous := struct {
		a int
		b string
	}{3, "y"}
	i = anonymous
	fmt.Println(i == anonymous, any(i) == any(anonymous))

	var none [0]int
	var many [1000]empty
	fmt.Println(len(none), len(many), many == [1000]empty{}, e == empty{}, any(e) == any(empty{}))
	set := map[empty]int{{}: 1}
	set[empty{}]++
	ch := make(chan empty, 2)
	ch <- e
	fmt.Println(set, len(ch), <-ch, [2]empty{} == [2]empty{})
	for i := range many[:2] {
		fmt.Print(i, " ")
	}
	slice := make([]empty, 3)
	slice = append(slice, e, e)
	fmt.Println(len(slice), slice)

	head := &list{&list{nil, 2}, 1}
	head.next.next = head
	fmt.Println(head.next.next.n, head.next.next == head)
	copied := *head
	copied.n = 50
	fmt.Println(head.n, copied.next.next.n)
	*head.next = list{n: 9}
	fmt.Println(copied.next.n, head.next.next == nil)
	pointers := []*inner{{1, "a"}, {b: "c"}}
	values := map[string]inner{"k": {2, "v"}}
	arrays := [...]struct{ p, q *int }{1: {new(4), nil}}
	fmt.Println(*pointers[1], values, *arrays[1].p, arrays[0].p == nil)
	f := func() inner { return inner{8, "f"} }
	fmt.Println(f().a, change(f()).a, inner{9, ""}.a, (&inner{10, ""}).a)
}
