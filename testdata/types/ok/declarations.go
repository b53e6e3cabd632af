// Declarations in any order, cycles that are allowed, embedding, method sets.
package p

import (
	. "unsafe"
	_ "unsafe"
)

var first = second(third)

func second(x int) *later { return &later{next: nil, size: x} }

const third = fourth + 1

const fourth = int(Sizeof(uint32(0)) * 2)

type later struct {
	next *later
	size int
	embedded
	Stringer
	fn  func(*later) later
	all map[string][]later
}

type embedded struct{ depth int }

func (e *embedded) Deepen()     { e.depth++ }
func (e embedded) Depth() int   { return e.depth }
func (*later) Size() (n int)    { return n }
func (_ later) String() string  { return "" }

type Stringer interface{ String() string }

type Sized interface {
	Stringer
	interface {
		Size() int
		String() string
	}
}

var (
	_ Sized             = (*later)(nil)
	_ func(embedded) int = embedded.Depth
	_                    = (*later).Deepen
	_ Pointer            = Pointer(first)
	alpha, beta          = pair()
	closure              = func() int {
		type inner struct{ x int }
		return inner{len(gamma)}.x
	}
	gamma = []int{1, closure2()}
)

func closure2() int { return beta }

func pair() (string, int) { return "", 0 }

func init() { first.Deepen() }

func init() { first.depth = first.embedded.depth }

type (
	alias  = map[string]*later
	chain  = alias
	matrix [2][3]chain
	visit  func(visit) visit
)

func statements(ch chan int, any interface{}, e error) (result int, err error) {
outer:
	for i := range 10 {
		for j := 0; ; j++ {
			switch {
			case i == j:
				continue outer
			case i > j:
				break outer
			}
			if i+j > 100 {
				goto done
			}
		}
	}
done:
	select {
	case v, ok := <-ch:
		_, _ = v, ok
	case ch <- 1:
	default:
	}
	switch v := any.(type) {
	case nil:
	case int, string:
		_ = v
	case error:
		return 0, v
	case interface{ Size() int }:
		result = v.Size()
	}
	var m matrix
	m[1][2] = chain{"x": {size: 1}}
	if x, ok := m[0][0]["y"]; ok {
		result += x.size
	}
	defer func() {
		if r := recover(); r != nil {
			err = e
		}
	}()
	for {
		if result++; result > 5 {
			panic("x")
		}
	}
}
