// Arrays are values; slices share them. Three indices, conversions, append, copy.
package main

import "fmt"

type grid [2][2]int

func change(g grid) grid { g[0][0] = 100; return g }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panicked:", r)
		}
	}()
	f()
}

func main() {
	g := grid{{1, 2}, {3, 4}}
	h := g
	h[1] = [2]int{5, 6}
	fmt.Println(g, h, change(g), g == grid{{1, 2}, {3, 4}}, g != h)
	p := &g
	p[1][0] = 9
	for i, row := range g {
		g[1][1] = 77
		fmt.Print(i, row, " ")
	}
	for i, row := range &h {
		h[1][1] = 88
		fmt.Print(i, row, " ")
	}
	for i := range p {
		p[i][0]++
	}
	fmt.Println(g, len(p), cap(p[0]), len(g[1]))
	function := func() [3]int { return [...]int{2: 7, 0: 5} }
	fmt.Println(function()[2], function() == [3]int{5, 0, 7})
	i := 1
	fmt.Println([...]string{"a", "b"}[i], "text"[i], []int{4, 5}[i])

	s := make([]int, 3, 10)
	a, b := append(s, 1), append(s, 2)
	fmt.Println(a, b, len(a), cap(a), &a[0] == &b[0])
	c := s[1:2:2]
	d := append(c, 9)
	fmt.Println(s, c, d, len(c), cap(c), &c[0] == &d[0])
	e := s[1:]
	e[0] = 42
	fmt.Println(s, e[:5], cap(e), s[3:], len(s[3:3:3]))
	array := [5]int{1, 2, 3, 4, 5}
	t := array[1:3]
	t = append(t, 100)
	fmt.Println(array, t, len(t), cap(t))
	n := copy(array[1:], array[:])
	fmt.Println(n, array)
	n = copy(array[:], array[2:])
	fmt.Println(n, array)
	bytes := make([]byte, 3)
	fmt.Println(copy(bytes, "héllo"), bytes, string(append(bytes[:1], "xyz"...)))
	var none []int
	none = append(none, none...)
	fmt.Println(none == nil, append([]int(nil)) == nil, append([]int{}, none...) == nil, len(none[:0]), none[0:0:0] == nil)

	four := []int{1, 2, 3, 4}
	shared := (*[2]int)(four)
	copied := [3]int(four)
	shared[0], copied[1] = 10, 20
	fmt.Println(four, *shared, copied, (*[0]int)(none) == nil, (*[0]int)([]int{}) == nil)
	try("too short", func() { fmt.Println([5]int(four)) })
	try("pointer", func() { fmt.Println((*[5]int)(four)) })
	n = 5
	try("index", func() { fmt.Println(four[n]) })
	try("high", func() { fmt.Println(four[:n]) })
	try("low", func() { fmt.Println(four[n:]) })
	try("max", func() { fmt.Println(four[1:2:n]) })
	try("high above max", func() { fmt.Println(four[: 4 : n-2]) })
	try("low above high", func() { fmt.Println(four[n-2 : 2]) })
	try("array", func() { fmt.Println(array[n:]) })
	try("array pointer", func() { var q *[3]int; fmt.Println(len(q), q[:]) })
	try("string", func() { fmt.Println("abc"[n-1:]) })
	try("negative", func() { fmt.Println(four[n-6:]) })

	rows := [][]int{{1}, {2, 3}}
	rows[0] = append(rows[0], 5)
	rows = append(rows, rows[1][:1])
	rows[2][0] = 50
	fmt.Println(rows)
	structs := []struct{ in [2]int }{{[2]int{1, 2}}}
	element := structs[0]
	element.in[0] = 9
	structs[0].in[1] = 8
	fmt.Println(structs, element)
	sum := 0
	for i, x := range four {
		four = append(four, x)
		four[3] = 1000
		sum += i * x
	}
	fmt.Println(sum, four)
	for i := range four[:2] {
		four[i] = -i
	}
	clear(four[2:4])
	fmt.Println(four)
}
