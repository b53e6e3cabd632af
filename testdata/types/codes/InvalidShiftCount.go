// Counts of shifts.
package p

func f(i int, u uint, fl float64, s string) {
	_ = i << -1
	_ = i << fl
	_ = i << s
	_ = i << "a"
	_ = i << 1.5
	_ = i << nil
	_ = i << 2.0
	_ = 1 << -2
	_ = 1 << 10000
	_ = i << i
	i <<= -1
	i >>= fl
	_ = u >> true
	_ = 1 << s
}
