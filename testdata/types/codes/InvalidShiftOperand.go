// Only integers are shifted.
package p

func f(i int, u uint, fl float64, s string, b bool) {
	_ = fl << 1
	_ = s << 1
	_ = "a" << 1
	_ = 1.5 << 1
	_ = 2.0 << 1
	_ = b >> 1
	_ = nil << 1
	fl <<= 1
	_ = 1.0 << u
	var _ float64 = 1 << u
	_ = float64(1 << u)
	_ = 1.5 + 1<<u
	_ = make([]int, 1.0<<u)
	_ = []int{}[1.0<<u]
	var _ any = 1 << u
	_ = "a" + 1<<u
	_ = 1<<u + 1.5
}
