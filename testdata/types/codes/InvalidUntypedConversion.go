// Constants that no value of a type is.
package p

type T struct{}

func f(b bool, s string, i int, t T, p *int, e error) {
	b = 1
	s = 'a'
	i = "a"
	t = 1
	p = 0
	e = "a"
	_ = b && "a"
	_ = b == "a"
	_ = i == "a"
	_ = t == 1
	_ = p == "a"
	_ = e == 1
	_ = s == 1
	var _ []int = 1
	var _ map[int]int = ""
	var _ func() = true
	f(1, 2, "a", nil, 1, 1)
	return 1
}

func g() (int, string, error) { return "a", 1, 2 }
