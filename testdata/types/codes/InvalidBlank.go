// The blank identifier is no value.
package p

func f() {
	_ = _
	x := _
	_++
	_ += 1
	_()
	_.x = 1
	var _ _
	print(_)
}

var _ = _

type T struct{ _ int }

var _ = T{_: 1}
var t T
var _ = t._
