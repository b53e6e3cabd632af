// Switches on values and types.
package main

import "fmt"

type color int

const (
	red color = iota
	green
	blue
)

func (c color) String() string { return [...]string{"red", "green", "blue"}[c] }

type stringer interface{ String() string }

func say[T any](x T) T { fmt.Print("say ", x, "; "); return x }

func kind(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case bool, string:
		return fmt.Sprintf("%T %v", x, x)
	case *int:
		if x == nil {
			return "nil *int"
		}
		return fmt.Sprint("*int ", *x)
	case error:
		return "error " + x.Error()
	case interface{ String() string }:
		return "stringer " + x.String()
	case []int:
		return fmt.Sprint("list of ", len(x))
	case func(int) int:
		return fmt.Sprint("function ", x(3))
	case map[string]int, chan int, [2]int:
		return fmt.Sprintf("%T", x)
	case struct{ A int }:
		return fmt.Sprint("struct ", x.A)
	}
	return fmt.Sprintf("other %T", x)
}

func generic[T any](x T) string {
	switch any(x).(type) {
	case []T:
		return "slice of T"
	case int:
		return "int"
	case T:
		return "T"
	}
	return "none"
}

func falls(n int) (s string) {
	switch {
	case n < 1:
		s += "a"
		fallthrough
	case n > 100:
		s += "b"
		if n == 0 {
			break
		}
		s += "c"
		fallthrough
	default:
		s += "d"
		fallthrough
	case n == 50:
		s += "e"
	case n == 60:
		s += "f"
	}
	return
}

func main() {
	for _, c := range []color{red, green, blue} {
		switch c {
		case blue:
			fmt.Print("last ")
		default:
			fmt.Print("default ")
		case red, green:
			fmt.Print(c, " ")
		}
	}
	fmt.Println()
	fmt.Println(falls(-1), falls(0), falls(200), falls(5), falls(50), falls(60))

	switch say(2) {
	case say(1), say(2), say(3):
		fmt.Println("two")
	case say(4):
		fmt.Println("four")
	}
	switch x := say(5); {
	case x > 3 && say(x) < 3:
		fmt.Println("never")
	case x == 5:
		fmt.Println("five")
	}
	switch {
	}
	switch say("tag only"); say(1) {
	}
	fmt.Println()
	var e any = 3
	switch e {
	case "3", 3.0, int8(3):
		fmt.Println("wrong")
	case nil:
		fmt.Println("nil")
	case 3:
		fmt.Println("int 3")
	}
	switch f := func() int { return 1 }; {
	case f == nil:
	default:
		fmt.Println(f())
	}
	switch [2]int{1, 2} {
	case [2]int{1, 2}:
		fmt.Println("array")
	}
	switch x := 5; x := any(x).(type) {
	case int:
		x++
		fmt.Println(x)
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		switch e = []int{1}; e {
		case 1, "a":
		case any([]int{1}):
		}
	}()

	n := 4
	for _, x := range []any{nil, true, "s", &n, (*int)(nil), fmt.Errorf("bad"), green, []int{1}, func(x int) int { return x * x }, map[string]int{}, [2]int{}, struct{ A int }{7}, 1.5, struct{ a int }{}} {
		fmt.Println(kind(x))
	}
	fmt.Println(generic(1), generic("a"), generic([]int{}), generic[any]([]any{}), generic[any](2), generic[any](nil))
	var s stringer
	switch s.(type) {
	case nil:
		fmt.Println("nil interface")
	case color:
	}
}
