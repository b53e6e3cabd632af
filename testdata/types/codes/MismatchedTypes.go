// Operands of different types.
package p

type Int int

func f(i int, j Int, s string, fl float64, b bool, e error, p *int, m map[int]int) {
	_ = i + j
	_ = i + s
	_ = i == fl
	_ = s < i
	_ = i + "a"
	_ = "a" + i
	_ = s + 1
	_ = s + 'a'
	_ = 1 + "a"
	_ = b == 1
	_ = i == nil
	_ = s == nil
	_ = nil == i
	_ = e == i
	_ = p == m
	_ = p == 1
	_ = m == nil
	i += fl
	i = i + j
	s += 1
	_ = i & fl
	_ = true + 1
	_ = e + "a"
	_ = i<<2 + fl
	_ = [2]int{} == [3]int{}
	if i == s && j == i {
	}
}

func g[P, Q int](p P, q Q) {
	_ = p + q
	_ = p == q
	_ = p + 1
	_ = p + "a"
	_ = p == nil
}
