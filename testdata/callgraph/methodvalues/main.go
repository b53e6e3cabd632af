// Methods as values, and method expressions.
package main

type greeter interface{ greet() string }

type english struct{ name string }

func (e english) greet() string { return "hello " + e.name }

type french struct{ name string }

func (f *french) greet() string { return "bonjour " + f.name }

func call(f func() string) string {
	return f() // vta: (greet of english)$bound, (greet of greeter)$bound
}

func main() {
	e := english{"Ann"}
	println(call(e.greet))
	var g greeter = &french{"Luc"}
	println(call(g.greet))
	f := english.greet
	println(f(e)) // vta: english.greet
	h := greeter.greet
	println(h(g)) // vta: (greet of greeter)$expression
}
