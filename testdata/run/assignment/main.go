// Assignments: what is evaluated when, of several at once, with operators, and of each kind of
// left side.
package main

import "fmt"

func say[T any](name string, x T) T {
	fmt.Print(name, " ")
	return x
}

type pair struct{ x, y int }

func two() (int, string) { return say("two", 2), "b" }

func try(f func()) {
	defer func() { fmt.Println("|", recover()) }()
	f()
}

func main() {
	a, b := 1, 2
	a, b = b, a
	fmt.Println(a, b)

	list := []int{0, 1, 2, 3}
	i := 0
	i, list[i] = 2, 9
	fmt.Println(i, list)
	list[i], i = 7, 0
	fmt.Println(i, list)
	list[0], list[0] = 1, 2
	fmt.Println(list)

	m := map[string]int{}
	list[say("index", 1)], m[say("key", "k")] = say("first", 5), say("second", 6)
	fmt.Println(list, m)

	p := &pair{1, 2}
	q := p
	p, p.x = &pair{3, 4}, 50
	fmt.Println(*p, *q)
	p.x, p = 60, nil
	fmt.Println(p == nil, *q)

	var s string
	b, s = two()
	fmt.Println(b, s)
	var any1 any
	any1, m["two"] = "text", 4
	fmt.Println(any1, m)

	list[say("once", 2)] += say("added", 10)
	m[say("key", "new")] -= 3
	m["new"]++
	fmt.Println(list, m)

	// The left side is evaluated and the first assignment done before the second panics.
	var none map[string]int
	try(func() { a, none[say("none", "x")] = 77, 1 })
	fmt.Println(a)
	try(func() { list[say("far", 9)], a = say("value", 1), 88 })
	fmt.Println(a)
	var nilPair *pair
	try(func() { nilPair.x, a = say("nil", 3), 99 })
	fmt.Println(a)

	array := [3]int{1, 2, 3}
	array, array[0] = [3]int{4, 5, 6}, 9
	fmt.Println(array)
	array[0], array = 10, [3]int{7, 8, 9}
	fmt.Println(array)

	x, y, z := 1, 2, 3
	x, y, z = z, x, y
	fmt.Println(x, y, z)
	_, x = say("blank", 5), 6
	fmt.Println(x)

	x, w := 8, "redeclared"
	{
		x, w := 9, "inner"
		x++
		_, _ = x, w
	}
	fmt.Println(x, w)

	f := func() *pair { return say("pair", q) }
	f().x, f().y = 1, say("value", 2)
	fmt.Println(*q)
	f().x += 5
	f().y <<= 2
	fmt.Println(*q)
	var u8 uint8 = 250
	u8 += 10
	u8 <<= 1
	u8 &^= 4
	fmt.Println(u8)
	text := "a"
	text += text + "b"
	fmt.Println(text)
	ch := make(chan int, 2)
	ch <- 3
	ch <- 4
	list[<-ch-3], b = 100, <-ch
	fmt.Println(list, b)
	var ok bool
	list[0], ok = any1.(int)
	fmt.Println(list[0], ok)
	m["ok"], ok = m["two"]
	fmt.Println(m, ok)
}
