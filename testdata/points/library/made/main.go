// What reflection makes: values, maps, functions, and types.
package main

import "reflect"

func reveal(any) {}

type key struct{ id *int8 }

type box struct {
	Value *int
	Other *string
}

func (b *box) Get() *int { return b.Value }

func (b *box) Put(v *int) *box {
	reveal(v) // points to new:50
	b.Value = v
	return b
}

func (b *box) Keep(v *string) { b.Other = v }

var kept *complex64

func main() {
	// Iteration over maps gives keys and elements.
	id, flag := new(int8), new(bool)
	table := map[key]*bool{{id}: flag}
	for it := reflect.ValueOf(table).MapRange(); it.Next(); {
		reveal(it.Key().Interface().(key).id)  // points to new:29
		reveal(it.Value().Interface().(*bool)) // points to new:29
	}
	for _, k := range reflect.ValueOf(table).MapKeys() {
		reveal(k.Interface().(key).id) // points to new:29
	}

	// Assignments to elements of maps and slices.
	stored := new(uint8)
	list := []*uint8{nil}
	reflect.ValueOf(list).Index(0).Set(reflect.ValueOf(stored))
	reveal(list[0]) // points to new:40
	entry := new(uint16)
	entries := map[string]*uint16{}
	reflect.ValueOf(entries).SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf(entry))
	reveal(entries["x"]) // points to new:44

	// Methods by name and by number.
	v := new(int)
	b := &box{}
	out := reflect.ValueOf(b).MethodByName("Put").Call([]reflect.Value{reflect.ValueOf(v)})
	reveal(out[0].Interface().(*box)) // points to new:51
	reveal(b.Value)                   // points to new:50
	get := reflect.ValueOf(b).Method(0).Interface().(func() *int)
	reveal(get()) // points to new:50

	// A function that is made has the arguments of its calls.
	swap := reflect.MakeFunc(reflect.TypeFor[func(*int32, *int64) (*int64, *int32)](), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{args[1], args[0]}
	}).Interface().(func(*int32, *int64) (*int64, *int32))
	x, y := new(int32), new(int64)
	q, p := swap(x, y)
	reveal(q) // points to new:62
	reveal(p) // points to new:62

	// Types that are made of other types: maps, slices and pointers.
	element := new(float32)
	slice := reflect.MakeSlice(reflect.SliceOf(reflect.TypeFor[*float32]()), 1, 1)
	slice.Index(0).Set(reflect.ValueOf(element))
	reveal(slice.Interface().([]*float32)[0]) // points to new:68

	deep := new(float64)
	m := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), reflect.TypeFor[*float64]()))
	m.SetMapIndex(reflect.ValueOf("x"), reflect.ValueOf(deep))
	reveal(m.Interface().(map[string]*float64)["x"]) // points to new:73

	// What reflection makes is deferred, and runs in goroutines.
	late := new(complex64)
	keep := reflect.MakeFunc(reflect.TypeFor[func(*complex64)](), func(args []reflect.Value) []reflect.Value {
		kept = args[0].Interface().(*complex64)
		return nil
	}).Interface().(func(*complex64))
	func() {
		defer keep(late)
	}()
	reveal(kept) // points to new:79
	text := new(string)
	other := reflect.ValueOf(b).MethodByName("Keep").Interface().(func(*string))
	go other(text)
	reveal(b.Other) // points to new:88
}
