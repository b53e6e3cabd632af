// As many arguments as parameters.
package p

func none()                   {}
func one(int)                 {}
func two(a int, b string)     {}
func dots(a int, b ...string) {}
func pair() (int, string)     { return 1, "" }
func triple() (a, b, c int)   { return }

func f(fn func(int) int) {
	none(1)
	one()
	one(1, 2)
	two(1)
	two(1, "a", 3)
	two()
	dots()
	dots(1)
	two(pair())
	one(pair())
	two(triple())
	none(pair())
	fn()
	fn(1, 2)
	func() {}(1)
	one(none())
	dots(pair(), "a")
	f(fn, fn)
	T{}.m(1, 2)
	T.m(1)
	two(
		1,
	)
	len()
	new()
	new(int, int)
	panic()
	panic(1, 2)
	print()
	recover(1)
	clear()
	min()
	defer one()
	go two(1)
}

type T struct{}

func (T) m(int) {}
