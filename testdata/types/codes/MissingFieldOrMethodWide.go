// What is not in wide types, but nearly: in other letters, elsewhere, or twice.
package p

import "strings"

type left struct {
	Both   int
	below  int
	Straße int
}

func (*left) OnPointer() {}

type right struct {
	both  int
	Below string
}

func (right) OnValue() {}

type fields struct {
	left
	*right
	strings.Builder
	Own, oWN int
	F0       int
	F1       int
	F2       int
	F3       int
	F4       int
	F5       int
	F6       int
	F7       int
	F8       int
	F9       int
	F10      int
	F11      int
	F12      int
	F13      int
	F14      int
	F15      int
	F16      int
	F17      int
	F18      int
	F19      int
	F20      int
	F21      int
	F22      int
	F23      int
	F24      int
	F25      int
	F26      int
	F27      int
	F28      int
	F29      int
	F30      int
	F31      int
	F32      int
	F33      int
}

func (fields) Method() {}

type methods struct{}

func (methods) M0() {}

func (methods) M1() {}

func (methods) M2() {}

func (methods) M3() {}

func (methods) M4() {}

func (methods) M5() {}

func (methods) M6() {}

func (methods) M7() {}

func (methods) M8() {}

func (methods) M9() {}

func (methods) M10() {}

func (methods) M11() {}

func (methods) M12() {}

func (methods) M13() {}

func (methods) M14() {}

func (methods) M15() {}

func (methods) M16() {}

func (methods) M17() {}

func (methods) M18() {}

func (methods) M19() {}

func (methods) M20() {}

func (methods) M21() {}

func (methods) M22() {}

func (methods) M23() {}

func (methods) M24() {}

func (methods) M25() {}

func (methods) M26() {}

func (methods) M27() {}

func (methods) M28() {}

func (methods) M29() {}

func (methods) M30() {}

func (methods) M31() {}

func (methods) M32() {}

func (methods) M33() {}

type many interface {
	private()
	M0()
	M1()
	M2()
	M3()
	M4()
	M5()
	M6()
	M7()
	M8()
	M9()
	M10()
	M11()
	M12()
	M13()
	M14()
	M15()
	M16()
	M17()
	M18()
	M19()
	M20()
	M21()
	M22()
	M23()
	M24()
	M25()
	M26()
	M27()
	M28()
	M29()
	M30()
	M31()
	M32()
	M33()
}

func ofFields(value fields, pointer *fields) {
	_ = value.F1
	_ = pointer.F1
	_ = fields{}.F1
	_ = value.f1
	_ = pointer.f1
	_ = fields{}.f1
	_ = value.own
	_ = pointer.own
	_ = fields{}.own
	_ = value.OWN
	_ = pointer.OWN
	_ = fields{}.OWN
	_ = value.method
	_ = pointer.method
	_ = fields{}.method
	_ = value.METHOD
	_ = pointer.METHOD
	_ = fields{}.METHOD
	_ = value.both
	_ = pointer.both
	_ = fields{}.both
	_ = value.BOTH
	_ = pointer.BOTH
	_ = fields{}.BOTH
	_ = value.bELOW
	_ = pointer.bELOW
	_ = fields{}.bELOW
	_ = value.Straße
	_ = pointer.Straße
	_ = fields{}.Straße
	_ = value.straße
	_ = pointer.straße
	_ = fields{}.straße
	_ = value.STRASSE
	_ = pointer.STRASSE
	_ = fields{}.STRASSE
	_ = value.strasse
	_ = pointer.strasse
	_ = fields{}.strasse
	_ = value.onPointer
	_ = pointer.onPointer
	_ = fields{}.onPointer
	_ = value.ONVALUE
	_ = pointer.ONVALUE
	_ = fields{}.ONVALUE
	_ = value.left
	_ = pointer.left
	_ = fields{}.left
	_ = value.Left
	_ = pointer.Left
	_ = fields{}.Left
	_ = value.Right
	_ = pointer.Right
	_ = fields{}.Right
	_ = value.builder
	_ = pointer.builder
	_ = fields{}.builder
	_ = value.Cap
	_ = pointer.Cap
	_ = fields{}.Cap
	_ = value.Buf
	_ = pointer.Buf
	_ = fields{}.Buf
	_ = value.addr
	_ = pointer.addr
	_ = fields{}.addr
	_ = value.copyCheck
	_ = pointer.copyCheck
	_ = fields{}.copyCheck
	_ = value.nothing
	_ = pointer.nothing
	_ = fields{}.nothing
	_ = value.F34
	_ = pointer.F34
	_ = fields{}.F34
	_ = value.f34
	_ = pointer.f34
	_ = fields{}.f34
}

func ofMethods(value methods, pointer *methods, list []methods) {
	_ = value.M0
	_ = pointer.M0
	_ = list.M0
	_ = value.m0
	_ = pointer.m0
	_ = list.m0
	_ = value.m1
	_ = pointer.m1
	_ = list.m1
	_ = value.M33
	_ = pointer.M33
	_ = list.M33
	_ = value.m33
	_ = pointer.m33
	_ = list.m33
	_ = value.M34
	_ = pointer.M34
	_ = list.M34
	_ = value.m34
	_ = pointer.m34
	_ = list.m34
	_ = value.x
	_ = pointer.x
	_ = list.x
}

func ofMany[P many](value many, param P, pointer *many) {
	_ = value.M0
	_ = param.M0
	_ = pointer.M0
	_ = value.m0
	_ = param.m0
	_ = pointer.m0
	_ = value.m1
	_ = param.m1
	_ = pointer.m1
	_ = value.M33
	_ = param.M33
	_ = pointer.M33
	_ = value.m33
	_ = param.m33
	_ = pointer.m33
	_ = value.Private
	_ = param.Private
	_ = pointer.Private
	_ = value.private
	_ = param.private
	_ = pointer.private
	_ = value.m34
	_ = param.m34
	_ = pointer.m34
	_ = value.x
	_ = param.x
	_ = pointer.x
}

var literals = []fields{
	{f1: 0},
	{own: 0},
	{F34: 0},
	{method: 0},
	{Both: 0},
	{both: 0},
	{left: 0},
	{Left: 0},
	{x: 0},
}

var assigned many = methods{}
