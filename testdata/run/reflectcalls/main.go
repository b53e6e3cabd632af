// Calls through reflect: functions, methods, variadic calls, functions made by MakeFunc, and select
// over channels known at run time.
package main

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
)

type point struct{ X, Y int }

func (p point) Add(q point) point { return point{p.X + q.X, p.Y + q.Y} }
func (p *point) Scale(by int)     { p.X *= by; p.Y *= by }
func (p point) Format(f string, a ...any) string {
	return fmt.Sprint(p.X, p.Y, " ") + fmt.Sprintf(f, a...)
}

type adder interface{ Add(point) point }

// Structs, floats, strings, small integers and several results.
func mixed(b byte, f float32, s string, p point, x *int, e error) (string, [3]int8, error, float64) {
	*x += int(b)
	return fmt.Sprint(b, f, s, p, *x, e), [3]int8{-1, 2, int8(b)}, errors.New("result"), float64(f) * 2
}

func sum(first int, rest ...int) int {
	for _, n := range rest {
		first += n
	}
	return first
}

func nothing() {}

type rescuer struct{}

func (rescuer) Rescue() { fmt.Println("rescue recovers", recover()) }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s: panic %v (%T)\n", name, r, r)
		}
	}()
	f()
}

func values(list ...any) []reflect.Value {
	var out []reflect.Value
	for _, v := range list {
		out = append(out, reflect.ValueOf(v))
	}
	return out
}

func calls() {
	n := 1
	in := values(byte(3), float32(1.5), "s", point{1, 2}, &n)
	in = append(in, reflect.Zero(reflect.TypeFor[error]()))
	for _, out := range reflect.ValueOf(mixed).Call(in) {
		fmt.Println(out.Type(), out)
	}
	fmt.Println(reflect.ValueOf(sum).Call(values(1))[0], reflect.ValueOf(sum).Call(values(1, 2, 3))[0])
	fmt.Println(reflect.ValueOf(sum).CallSlice(values(1, []int{5, 6}))[0])
	fmt.Println(len(reflect.ValueOf(nothing).Call(nil)))

	p := &point{3, 4}
	v := reflect.ValueOf(p)
	v.MethodByName("Scale").Call(values(10))
	fmt.Println(*p, v.MethodByName("Add").Call(values(point{1, 1}))[0])
	fmt.Println(v.Elem().Method(0).Type(), v.Type().NumMethod(), v.Elem().NumMethod())
	fmt.Println(v.MethodByName("Format").Call(values("%d-%s", 1, "x"))[0])
	var a adder = p
	method := reflect.ValueOf(&a).Elem().Method(0)
	fmt.Println(method.Call(values(point{0, 5}))[0])
	bound := method.Interface().(func(point) point)
	scale := v.MethodByName("Scale").Interface().(func(int))
	scale(2)
	fmt.Println(bound(point{}), *p)
	typed, _ := v.Type().MethodByName("Add")
	fmt.Println(typed.Func.Call(values(p, point{1, 0}))[0])
	captured := 0
	reflect.ValueOf(func(d int) { captured += d }).Call(values(7))
	fmt.Println(captured)
	try("panics", func() {
		reflect.ValueOf(func() { panic("in the function") }).Call(nil)
	})
	try("too few", func() { reflect.ValueOf(sum).Call(nil) })
	try("wrong type", func() { reflect.ValueOf(sum).Call(values("x")) })
	try("nil function", func() { reflect.ValueOf((func())(nil)).Call(nil) })
}

func made() {
	swap := func(in []reflect.Value) []reflect.Value { return []reflect.Value{in[1], in[0]} }
	var ints func(int, int) (int, int)
	var texts func(string, point) (point, string)
	for _, f := range []any{&ints, &texts} {
		v := reflect.ValueOf(f).Elem()
		v.Set(reflect.MakeFunc(v.Type(), swap))
	}
	fmt.Println(ints(1, 2))
	fmt.Println(texts("a", point{1, 2}))

	var join func(sep string, parts ...string) string
	v := reflect.ValueOf(&join).Elem()
	v.Set(reflect.MakeFunc(v.Type(), func(in []reflect.Value) []reflect.Value {
		parts := in[1].Interface().([]string)
		return []reflect.Value{reflect.ValueOf(strings.Join(parts, in[0].String()))}
	}))
	fmt.Println(join("+", "a", "b", "c"), join("+"))
	fmt.Println(v.Call(values("-", "x", "y"))[0])

	less := reflect.MakeFunc(reflect.TypeFor[func(i, j int) bool](), func(in []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(in[0].Int() > in[1].Int())}
	})
	list := []int{3, 1, 2}
	cmp := less.Interface().(func(i, j int) bool)
	sort.Slice(list, func(i, j int) bool { return cmp(list[i], list[j]) })
	fmt.Println(list)

	deferred := reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value {
		fmt.Println("made function is deferred; recovers", recover())
		return nil
	}).Interface().(func())
	try("deferred", func() {
		defer deferred()
		panic("recovered by a made function")
	})
	try("deferred method", func() {
		method := reflect.ValueOf(rescuer{}).Method(0).Interface().(func())
		defer method()
		panic("recovered by a method value")
	})
	try("deferred call", func() {
		defer reflect.ValueOf(rescuer.Rescue).Call(values(rescuer{}))
		panic("not recovered")
	})
	done := make(chan string)
	send := reflect.MakeFunc(reflect.TypeFor[func(string)](), func(in []reflect.Value) []reflect.Value {
		done <- in[0].String()
		return nil
	}).Interface().(func(string))
	go send("from a goroutine")
	fmt.Println(<-done)
	try("wrong results", func() {
		f := reflect.MakeFunc(reflect.TypeFor[func() int](), func([]reflect.Value) []reflect.Value {
			return nil
		})
		f.Interface().(func() int)()
	})
	try("wrong type", func() {
		f := reflect.MakeFunc(reflect.TypeFor[func() int](), func([]reflect.Value) []reflect.Value {
			return values("x")
		})
		f.Interface().(func() int)()
	})
}

func selects() {
	ints, texts := make(chan int, 1), make(chan string)
	var none chan int
	cases := []reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ints)},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(none)},
		{Dir: reflect.SelectSend, Chan: reflect.ValueOf(texts), Send: reflect.ValueOf("sent")},
		{Dir: reflect.SelectRecv},
	}
	show := func(cases []reflect.SelectCase) {
		chosen, v, ok := reflect.Select(cases)
		if v.IsValid() {
			fmt.Println("case", chosen, v, ok)
		} else {
			fmt.Println("case", chosen, "no value", ok)
		}
	}
	ints <- 5
	show(cases)
	go func() { fmt.Println("received", <-texts); ints <- 1 }()
	show(cases)
	<-ints
	go func() { ints <- 9 }()
	show(cases[:2])
	show(append(cases, reflect.SelectCase{Dir: reflect.SelectDefault}))
	close(ints)
	show(cases)

	// Each of several that are ready is chosen at some time.
	a, b := make(chan point, 100), make(chan error, 100)
	for range 100 {
		a <- point{1, 2}
		b <- errors.New("e")
	}
	counts := map[int]int{}
	for range 100 {
		chosen, v, _ := reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(a)},
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(b)},
		})
		counts[chosen]++
		if v.Type() != []reflect.Type{reflect.TypeFor[point](), reflect.TypeFor[error]()}[chosen] {
			fmt.Println("wrong type", v.Type())
		}
	}
	fmt.Println(counts[0]+counts[1], counts[0] > 0, counts[1] > 0)

	try("send on closed", func() {
		c := make(chan int)
		close(c)
		reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c), Send: reflect.ValueOf(1)},
		})
	})
	try("two defaults", func() {
		reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectDefault}, {Dir: reflect.SelectDefault}})
	})
	try("wrong direction", func() {
		var c <-chan int = make(chan int)
		reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c), Send: reflect.ValueOf(1)},
		})
	})

	// Methods of channels as values.
	c := reflect.MakeChan(reflect.TypeFor[chan string](), 1)
	fmt.Println(c.TrySend(reflect.ValueOf("x")), c.TrySend(reflect.ValueOf("y")), c.Len(), c.Cap())
	fmt.Println(c.Recv())
	fmt.Println(c.TryRecv())
	c.Close()
	fmt.Println(c.Recv())
}

func main() {
	calls()
	made()
	selects()
	reflect.Select(nil)
}
