// Methods and functions that reflection calls, and values that it makes.
package main

import (
	"fmt"
	"reflect"
)

type shown struct{ inner part }

func (shown) String() string { return "shown" }

func (shown) Exported(n int) int { return n } // runtime: reflect.Value.call, reflect.callMethod

func (shown) Paint(part) rune { return 'p' } // runtime: reflect.Value.call, reflect.callMethod

func (shown) unexported() {}

type part struct{}

// Never converted to an interface that reflection sees.
type unseen struct{}

func (unseen) Exported(n int) int { return n }

type other interface{ Exported(int) int }

func twice(n int) int { return 2 * n } // runtime: reflect.Value.call

type holder struct{ Other other }

func main() {
	fmt.Println(shown{})
	v := reflect.ValueOf(shown{})
	v.MethodByName("Exported").Call([]reflect.Value{reflect.ValueOf(1)})
	reflect.ValueOf(twice).Call([]reflect.Value{reflect.ValueOf(2)})
	var o other = unseen{}
	println(o.Exported(3)) // vta: unseen.Exported
	back := v.Interface().(other)
	println(back.Exported(4)) // vta: shown.Exported, (Exported of *shown)
	made := reflect.MakeFunc(reflect.TypeOf(twice), func(args []reflect.Value) []reflect.Value {
		return args
	})
	f := made.Interface().(func(int) int)
	println(f(5)) // vta: twice, (Exported of shown)$bound, (Exported of *shown)$bound, reflect.callMethod, reflect.callReflect
	paint := v.MethodByName("Paint").Interface().(func(part) rune)
	println(paint(part{})) // rta: reflect.callMethod; vta: (Paint of shown)$bound, (Paint of *shown)$bound, reflect.callMethod
	ask := reflect.MakeFunc(reflect.TypeFor[func(part) bool](), answer).Interface().(func(part) bool)
	println(ask(part{})) // vta: reflect.callReflect
}

func answer([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.ValueOf(true)} }
