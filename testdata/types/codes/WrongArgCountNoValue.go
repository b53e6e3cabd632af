// What yields no value, or several, or is an error, as an argument.
package p

func nothing() {}

func pair() (int, string) { return 0, "" }

func two(float32, string) {}

func one(int) {}

func generic[P, Q any](P, Q) {}

func returns[P any](p P, err error) P { return p }

func variadic(string, ...int) {}

type number int

func (number) method(int, int) {}

func calls(n number, list []int) {
	two(nothing())
	one(nothing())
	two(n.method(1, 2))
	two(func() {}())
	two((nothing)())
	two((nothing()))
	two(nothing(), nothing())
	two(nothing(), 1, 2)
	two(1, nothing())
	two(pair())
	one(pair())
	two(1, pair())
	two(missing())
	two(missing)
	two(missing, 1, 2)
	generic(nothing())
	generic(missing())
	returns(nothing())
	returns(missing())
	returns(pair())
	variadic(nothing())
	variadic(list...)
	variadic("", nothing()...)
	n.method(nothing())
	n.method(missing(1))
	number.method(nothing())
	number.method(n, nothing())
	_ = len(nothing())
	_ = append(list, nothing())
	_ = append(nothing(), 1)
	_ = float64(nothing())
	println(nothing())
	_ = []int{nothing()}
	_ = map[string]int{"a": nothing()}
	return nothing()
}
