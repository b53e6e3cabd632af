// Run-time panics: each is a runtime.Error with its own text.
package main

import (
	"fmt"
	"runtime"
)

type shape interface{ area() int }

type named struct{ f int }

func try(name string, f func()) {
	defer func() {
		r := recover()
		_, isRuntime := r.(runtime.Error)
		fmt.Printf("%s: %v (%T, runtime error: %t)\n", name, r, r, isRuntime)
	}()
	f()
}

func main() {
	zero, five, minus := 0, 5, -1
	list := []int{1, 2, 3}
	array := [3]int{1, 2, 3}
	text := "abc"
	var nilMap map[string]int
	var nilPointer *named
	var nilShape shape
	var empty any
	var channel chan int
	closed := make(chan int)
	close(closed)

	try("divide", func() { fmt.Println(five / zero) })
	try("remainder", func() { fmt.Println(five % zero) })
	try("shift", func() { fmt.Println(1 << minus) })
	try("index", func() { fmt.Println(list[five]) })
	try("negative index", func() { fmt.Println(list[minus]) })
	try("array index", func() { fmt.Println(array[five]) })
	try("string index", func() { fmt.Println(text[five]) })
	try("slice high", func() { fmt.Println(list[:five]) })
	try("slice low", func() { fmt.Println(list[3:five-3]) })
	try("string slice", func() { fmt.Println(text[five:]) })
	try("slice max", func() { fmt.Println(list[0:1:five]) })
	try("slice order", func() { fmt.Println(list[five-3 : 1]) })
	try("nil map", func() { nilMap["a"] = 1 })
	try("nil pointer", func() { fmt.Println(nilPointer.f) })
	try("nil interface", func() { fmt.Println(nilShape.area()) })
	try("assertion", func() { fmt.Println(empty.(int)) })
	try("assertion of string", func() { fmt.Println(any("x").(int)) })
	try("assertion to interface", func() { fmt.Println(any(named{}).(shape)) })
	try("comparison", func() { fmt.Println(any(list) == any(list)) })
	try("map key", func() { fmt.Println(map[any]int{[]int{1}: 2}) })
	try("makeslice", func() { fmt.Println(make([]int, minus)) })
	try("makeslice cap", func() { fmt.Println(make([]int, five, five+minus)) })
	try("close nil", func() { close(channel) })
	try("close twice", func() { close(closed) })
	try("send closed", func() { closed <- 1 })
	try("to array", func() { fmt.Println([4]int(list)) })
	try("to array pointer", func() { fmt.Println((*[5]int)(list)) })
	try("nil", func() { panic(nil) })
	try("value", func() { panic(named{7}) })
	try("nil function", func() { var f func(); f() })
}
