// The built-in functions with all kinds of operands.
package main

import (
	"fmt"
	"math"
)

type level int8

type text string

func say[T any](x T) T { fmt.Print("say ", x, " "); return x }

func largest[T int | float64 | string](x T, more ...T) T {
	for _, y := range more {
		x = max(x, y)
	}
	return x
}

type node struct {
	value int
	next  *node
}

func main() {
	x, y := 3, 7
	fmt.Println(min(x, y), max(x, y, 5), min(x), max(2.5, float64(x)), min(level(4), 2))
	fmt.Println(min(say(2), say(1), say(3)))
	fmt.Println(max("b", "abc", "B"), min(text("z"), "y"), largest("a", "c", "b"), largest(1.5, 2))
	nan, zero, minus := math.NaN(), 0.0, math.Copysign(0, -1)
	fmt.Println(min(nan, 1), max(1, nan, 2), math.Signbit(min(zero, minus)), math.Signbit(max(minus, zero)), max(math.Inf(-1), minus))
	const c = max(1, 2.5) + min('a', 3)
	fmt.Println(c)

	m := map[string]int{"a": 1}
	clear(m)
	s := []string{"a", "b", "c"}
	clear(s[1:])
	fmt.Printf("%v %q\n", m, s)
	p, q := new(int), new(5)
	*p += *q
	fmt.Println(*p, *new(text("t")), *new(x + 1), *new([]int{1, 2}), new(node{1, nil}).value)
	n := new(node{1, new(node{2, nil})})
	fmt.Println(n.next.value, *n.next)

	fmt.Println(len("żółw"), len([3]int{}), len([]int(nil)), cap(make([]int, 2, 5)), len(map[int]int{1: 1}), len(&[4]int{}))
	ch := make(chan int, 3)
	ch <- 1
	fmt.Println(len(ch), cap(ch), len((chan int)(nil)))
	var z complex64 = complex(1, 2)
	fmt.Println(real(z), imag(z), complex(x32(), 1), real(2i), z*z, z/complex(0, 1), -z == complex(-1, -2))
	bytes := append([]byte("ab"), "cd"...)
	bytes = append(bytes, 'e', 102)
	fmt.Println(string(bytes))
	fmt.Println(copy(bytes[2:], bytes))
	fmt.Println(string(bytes))
	fmt.Println(copy(bytes, "ZZ"))
	fmt.Println(string(bytes))
	fmt.Println(append([]any{}, 1, "a", nil), append([]int{1}, []int{2, 3}...), append([][]int{}, nil, []int{}))
	delete(m, "none")
	close(ch)
	v, ok := <-ch
	w, closed := <-ch
	fmt.Println(v, ok, w, closed)
	func() {
		defer func() { fmt.Println(recover()) }()
		size := -1
		fmt.Println(make([]int, size))
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		size := -1
		fmt.Println(make(chan int, size))
	}()
	var hint int64 = -5
	fmt.Println(len(make(map[int]int, hint)), len(make([]int, int8(3), uint(4))))
	defer print()
	defer clear(m)
	defer copy(bytes, "x")
	defer recover()
	panic("recover is not called by a deferred function of ours")
}

func x32() float32 { return 0.5 }
