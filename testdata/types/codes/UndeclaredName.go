// Names that nobody declares.
package p

var a = undefined
var b undefinedType
var c = fmt.Println

type T struct {
	f unknown
	*missing
}

type I interface {
	nowhere
	m(absent) gone
}

func (r lost) m() {}

func f(x nothing) (y naught) {
	z := void
	z = empty + z
	hollow()
	hollow.x = 1
	var w vacant = z
	for i := range bare {
		_ = i
	}
	if x := blank; x {
	}
	go away()
	{
		inner := 1
		_ = inner
	}
	inner = 2
	return
}

func g[P constraint]() {}

var _ = [size]int{}
var _ = map[key]value{}
var _ = g[arg]()
var _ = T{f: nix, g: nought}
