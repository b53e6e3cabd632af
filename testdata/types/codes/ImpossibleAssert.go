// Types that no value of the interface has.
package p

import "io"

type T struct{}

func (*T) Read([]byte) (int, error) { return 0, nil }

type Wrong struct{}

func (Wrong) Read() {}

type I interface{ m() }
type J interface{ m() int }

func f(r io.Reader, i I) {
	_ = r.(T)
	_ = r.(*T)
	_ = r.(int)
	_ = r.(Wrong)
	_ = r.(*Wrong)
	_ = i.(J)
	switch r.(type) {
	case T:
	case string, *Wrong:
	case J:
	}
	switch x := i.(type) {
	case J, int:
		_ = x
	}
}
