// Methods of a type that it does not have.
package p

type T struct{ f int }

func (T) value()    {}
func (*T) pointer() {}

type I interface{ m() }

var _ = T.pointer
var _ = (*T).pointer
var _ = T.value
var _ = T.f
var _ = T.missing
var _ = (**T).value
var _ = (*I).m
var _ = I.m
var _ = int.x
var _ = T.pointer(T{})
var _ = T.value(&T{})
var _ = T.value()
var _ = struct{ T }.pointer
