// Errors whose columns go/types has elsewhere than the compiler.
package p

type point struct{ x int }

func (point) method() {}

func two(int, bool) {}

func pair() (int, string) { return 0, "" }

func generic[A, B any](A, ...B) {}

func columns(m map[int]int, s []int, points map[string]point) {
	two(m[0])
	two((m[0]))
	two(m[0],
	)
	two()
	two(pair)
	generic[int, int]()
	go 1
	go m[0]
	defer 1
	defer two
	_ = &(point{}.x)
	_ = &(points["foo"].x)
	_ = &points["foo"].x
	_ = &(1)
	_ = append(s...)
	(m[0])++
	(1)++
	(pair()) = 1, 2
	_ = (point).other
	_ = (point{}).other
	_ = s[(1):("a")]
}
