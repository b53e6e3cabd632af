// Methods as values and expressions, and promoted through embedded values, pointers, interfaces
// and generic types.
package main

import (
	"fmt"
	"strings"
)

type counter struct{ n int }

func (c counter) get() int           { return c.n }
func (c *counter) add(by int) int    { c.n += by; return c.n }
func (c *counter) isNil() bool       { return c == nil }
func (c counter) all(xs ...int) int  { return c.n + len(xs) }
func (c counter) plus(o counter) int { return c.n + o.n }

type byValue struct {
	counter
	name string
}

type byPointer struct {
	*counter
	byValue byValue
}

type getter interface{ get() int }

type byInterface struct {
	getter
	*strings.Builder
}

type deep struct {
	byInterface
	level int
}

func (d deep) String() string { return fmt.Sprint("deep ", d.level, " ", d.get()) }

type number int

func (n number) twice() number { return n * 2 }
func (n *number) inc()         { *n++ }

type box[T any] struct{ value T }

func (b box[T]) get() T                  { return b.value }
func (b *box[T]) set(x T) *box[T]        { b.value = x; return b }
func (b box[T]) with(f func(T) T) box[T] { return box[T]{f(b.value)} }

type boxes[T any] struct {
	box[T]
	rest []box[T]
}

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panicked:", r)
		}
	}()
	f()
}

func main() {
	c := counter{1}
	get, add := c.get, c.add
	c.n = 10
	fmt.Println(get(), add(5), c.n, get())
	fmt.Println(counter.get(c), (*counter).get(&c), (*counter).add(&c, 1), c.n)
	fmt.Println(counter.all(c, 1, 2, 3), counter.plus(c, counter{3}), c.all())
	var none *counter
	fmt.Println(none.isNil(), (*counter).isNil(nil))
	isNil := none.isNil
	fmt.Println(isNil())
	try("nil get", func() { fmt.Println(none.get()) })
	try("nil bound", func() { f := none.get; fmt.Println("bound", f != nil) })

	v := byValue{counter{2}, "v"}
	w := v
	w.add(40)
	fmt.Println(v.get(), w.get(), v.counter.n, byValue.get(w))
	fmt.Println((*byValue).add(&v, 1))
	p := byPointer{&c, v}
	p.add(1)
	bound := p.get
	p.counter = &counter{99}
	fmt.Println(p.get(), bound(), c.n, p.byValue.get(), byPointer.add(p, 1))

	var builder strings.Builder
	d := deep{byInterface{p, &builder}, 3}
	d.WriteString("text")
	fmt.Println(d.get(), d.Len(), builder.String(), d.String())
	fmt.Println(d.byInterface.getter.(byPointer).n, d.Builder.Len())
	dynamic := d.get
	d.getter = counter{5}
	fmt.Println(dynamic(), d.get(), deep.get(d), getter.get(d), getter.get(&d))
	d.getter = nil
	try("nil embedded", func() { d.get() })
	try("nil interface bound", func() { f := d.get; fmt.Println("bound", f) })

	n := number(4)
	n.inc()
	fmt.Println(n.twice(), number.twice(n), number(3).twice())
	inc := n.inc
	inc()
	inc()
	fmt.Println(n)
	numbers := []number{1, 2}
	numbers[1].inc()
	array := [2]number{5, 6}
	array[0].inc()
	pointers := map[string]*number{"a": &numbers[0]}
	pointers["a"].inc()
	fmt.Println(numbers, array)

	b := box[string]{"x"}
	fmt.Println(b.set("y").get(), b.with(strings.ToUpper).get(), box[int].get(box[int]{3}))
	set := b.set
	set("z").set("zz")
	fmt.Println(b.value, (*box[string]).get(&b))
	bs := boxes[int]{box[int]{1}, []box[int]{{2}, {3}}}
	bs.set(7)
	bs.rest[1].set(8)
	fmt.Println(bs.get(), bs)
	var g interface{ get() int } = &bs
	fmt.Println(g.get())

	fs := []func(int) int{c.add, p.add, (&counter{1000}).add}
	for _, f := range fs {
		fmt.Print(f(1), " ", f(1), " ")
	}
	fmt.Println()
	defer c.add(len(fmt.Sprint("deferred arguments now")))
	func() {
		local := counter{1}
		defer func() { fmt.Println("after the deferred method", local.n) }()
		defer local.add(1)
		local.n = 50
		defer fmt.Println("copied receiver", local.get())
	}()
}
