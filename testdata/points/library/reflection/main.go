// Values that go through reflection and come back.
package main

import (
	"errors"
	"reflect"
)

func reveal(any) {}

type inner struct{ Deep *int }

type config struct {
	Name   *string
	Inner  inner
	List   []*int
	Table  map[string]*bool
	Any    any
	hidden *float64
}

type failure struct{ code *int }

func (f *failure) Error() string { return "failed" }

type greeter struct{ words *string }

func (g *greeter) Greet(to *int) *string {
	reveal(to) // points to new:36 new:38
	return g.words
}

func swap(a, b *int8) (*int8, *int8) { return b, a }

func main() {
	name, deep, flag, hidden := new(string), new(int), new(bool), new(float64)
	c := &config{name, inner{deep}, nil, map[string]*bool{"x": flag}, nil, hidden}
	argument := new(int)
	v := reflect.ValueOf(c).Elem()
	reveal(v.Field(0).Interface().(*string)) // points to new:36 new:56
	i := v.FieldByName("Inner").Interface().(inner)
	_ = i
	reveal(v.FieldByName("Table").MapIndex(reflect.ValueOf("x")).Interface().(*bool)) // points to new:36

	// An assignment reaches variables of its type, and values of another package's reflection do not.
	number := new(uint)
	var target *uint
	reflect.ValueOf(&target).Elem().Set(reflect.ValueOf(number))
	reveal(target) // points to new:46

	// Functions and methods.
	out := reflect.ValueOf(swap).Call([]reflect.Value{
		reflect.ValueOf(new(int8)), reflect.ValueOf(new(int8)),
	})
	reveal(out[0].Interface().(*int8)) // points to new:53 new:53
	method := reflect.ValueOf(&greeter{new(string)}).MethodByName("Greet")
	method.Call([]reflect.Value{reflect.ValueOf(argument)})

	// A made function calls the one that it is made of.
	from := new(int32)
	var double func(*int32) *int32
	made := reflect.MakeFunc(reflect.TypeOf(double), func(args []reflect.Value) []reflect.Value {
		reveal(args[0].Interface().(*int32)) // points to new:60
		return args
	})
	double = made.Interface().(func(*int32) *int32)
	reveal(double(from)) // points to new:60

	// errors.As assigns by reflection.
	var err error = &failure{new(int)}
	var f *failure
	if errors.As(err, &f) {
		reveal(f) // points to new:70
	}
}
