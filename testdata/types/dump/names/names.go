// Identifiers: declared, used, shadowed, imported, blank.
package names

import (
	_ "fixture/order"
	"fixture/other"
	alias "fixture/other"
	. "fixture/other/dotted"
	"math"
)

type (
	int   = int32
	error interface{ Fail() }
	_     struct{}
	A     = B
	B     = *C
	C     struct {
		A
		other.Thing
		*alias.Gen[A]
		_    int
		nil_ any
	}
)

const true = 1 == 2

var nil_, _ any = nil, any(len)

func init() {}

func _() {}

func (C) _() {}

func len(x int) int { return x }

func (c *C) method(alias int) (c2 *C) {
	math := math.Pi
	_ = math
	c2 = c
	other := other.Thing{}
	other.Field = alias
	type C = int
	var int C = 3
	_ = int + Exported
	_ = Typ{Field: 1}.Field
	Fun(len(1))
	var Exported = Exported
	_ = Exported
	{
		len := len
		_ = len(2)
	}
	_ = func(c string) string { return c + c }
	return
}

type Iface interface {
	error
	Typer
	m(a, b int) (c error)
	interface{ n() }
}

type Rec struct {
	self *Rec
	m    map[string]Rec
	f    func(Rec) Rec
	ch   chan Rec
}

func same(same Rec) { _ = same.self }

func params(a, b int, c ...string) (d, e error) { return }

func unnamed(int, ...string) (Rec, error) { return Rec{}, nil }

var v = func() int { type T struct{ v int }; var x T; return x.v }()
