// The offset is one of a field.
package p

import "unsafe"

type T struct{ f int }

func (T) m() {}

var t T

var a = unsafe.Offsetof(t)
var b = unsafe.Offsetof(1)
var c = unsafe.Offsetof(t.m)
var d = unsafe.Offsetof(t.f + 1)
var e = unsafe.Offsetof()
var g = unsafe.Offsetof(t.f, t.f)
var h = unsafe.Offsetof((t.f))
var i = unsafe.Offsetof(t.g)
