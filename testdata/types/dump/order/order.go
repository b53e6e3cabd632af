// The order of initialization.
package order

import "fmt"

var (
	a = c + b
	b = f()
	c = g(1)
	d = 3
)

func f() int { d++; return d }

func g(n int) int {
	if n == 0 {
		return len(table)
	}
	return h(n - 1)
}

func h(n int) int { return g(n) + late }

var table = [...]func() int{f, func() int { return other }}

var late, other = pair()

func pair() (int, int) { return early, 2 }

var early int

var (
	_     = fmt.Sprint(z)
	x, y  = y2, z
	y2    = T{}.method()
	z     = T.method(T{})
	w     = (*T).ptr
	v     = iface(nil)
	iv, _ = m["a"]
)

var m = map[string]int{"a": x}

type iface interface{ method() int }

type T struct{ n [size]int }

const size = len(sized)

var sized [4]int

func (T) method() int { return unrelated }
func (*T) ptr() int   { return w2 }

var unrelated, w2 = 1, func() int { return a }()

func init() { a = 2 }
func init() { b = 2 }

var gen = generic[int]{}.m()

type generic[X any] struct{ x X }

func (generic[X]) m() X { return zero[X]() }

func zero[X any]() (x X) { _ = genDep; return }

var genDep = 7

const (
	low level = iota
	high
	last
)
