// Untyped constants and the types that they get.
package p

const (
	huge  = 1 << 100
	small = huge >> 98
	_     = iota
	a, b  = iota, iota * 2.5
	c, d
	mask = 1<<iota - 1
)

const (
	r         = 'a' + 1
	z complex64 = 1i
	t           = "x" + "y"
	whole       = len(t) == 2
)

var first = len([10]int{}) == 10 && real(z) == 0

var (
	f32 float32     = small
	i8  int8        = -1 << 7
	u   uint        = ^uint(0)
	x   interface{} = 'x'
	s   int         = 1.0 << shift
	arr             = [...]string{2: "c", 0: "a"}
	n   [len(arr)]bool
)

var shift uint = 3

func shifts(k uint8) {
	var i int64 = 1 << k
	var j = 1<<k != 1<<shift
	_ = i + 1<<k
	_ = make([]byte, 1<<k)
	_, _ = i, j
	var m = map[float64]int{1: 1, 2.5: 2}
	m[3]++
	_ = min(1, 2.5, float32(k))
	if 'a' < k && k < 0x80 {
	}
	switch {
	case k > 1, 1 > 2:
	}
	_ = new(1 << k)
}
