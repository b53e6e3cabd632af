// Dots for a function that takes no list.
package p

func f(a int, b []string)  {}
func v(a int, b ...string) {}

func g(s []string) {
	f(1, s...)
	v(1, s...)
	v(1, "a", s...)
	v(s...)
	_ = len(s...)
	_ = []string(s...)
	v(1, two()...)
	f(two()...)
	_ = append(s, s...)
	_ = copy(s, s...)
}

func two() (int, []string) { return 1, nil }
