// Divisions by zero.
package p

const zero = 0

func f(i int, fl float64) {
	_ = 1 / 0
	_ = i / 0
	_ = i % 0
	_ = i / zero
	_ = 1.5 / 0
	_ = fl / 0
	_ = 1 % zero
	i /= 0
	i %= 0
	fl /= 0
	_ = 1i / 0
	_ = complex(1, 2) / 0
}
