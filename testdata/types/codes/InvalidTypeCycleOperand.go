// Cycles through sizes, lengths, values and literals of types that are being declared.
package p

import "unsafe"

type length [len(length{})]int

type capacity [cap(capacity{})]int

type offset [unsafe.Offsetof(held{}.value)]int

type held struct {
	first offset
	value int
}

type align [unsafe.Alignof(align{})]int

type literal [len([]literal{})]int

type conversion [conversionOf]int

const conversionOf = len(conversion{})

type viaFunction [unsafe.Sizeof(function())]int

func function() viaFunction

type viaVariable [unsafe.Sizeof(variable)]int

var variable viaVariable

type viaMethod [unsafe.Sizeof(methods{}.get())]int

type methods struct{}

func (methods) get() (v viaMethod) { return }

type pointer [unsafe.Sizeof(&pointer{})]int

type slice [unsafe.Sizeof([]slice{})]int

type alias = [unsafe.Sizeof(aliased{})]int

type aliased struct{ value alias }

type assertion [unsafe.Sizeof(any(nil).(assertion))]int

type receives [unsafe.Sizeof(<-(chan receives)(nil))]int

func inside() {
	type local [unsafe.Sizeof(local{})]int
	type one [unsafe.Sizeof(one{}.x)]int
	type list struct {
		next [len(list{}.next)]int
	}
}

type lengthOfCall [len(called())]int

func called() lengthOfCall

type lengthOfMap [len(map[string]lengthOfMap{}[""])]int

type lengthOfReceive [len(<-(chan lengthOfReceive)(nil))]int

type lengthOfConversion [len(lengthOfConversion(nil))]int

type lengthOfAssertion [len(any(nil).(lengthOfAssertion))]int

type lengthOfSlice [len(lengthOfSlice{}[:])]int

type lengthOfRange [cap((func() lengthOfRange)(nil)())]int

type lengthOfVariable [len(lengthy)]int

var lengthy lengthOfVariable

type complexOf [real(complexOf{})]int

type comparison [unsafe.Sizeof(comparison{} == comparison{})]int

type negation [-negation(1)]int

type added [added(1) + 1]int

type shifted [1 << shifted(1)]int

type minimum [min(minimum(1), 2)]int
