// Headers that come out of another package, through closures, interfaces and generic functions.
package bad

import (
	"unsafe"

	"example.com/bad_packages/raw"
)

func ints(p *[4]int32) []int32 {
	h := raw.Of(p)
	return *(*[]int32)(unsafe.Pointer(&h)) // want `unsafe-header: .p.`
}

func slice[T any](h raw.Header) []T {
	return *(*[]T)(unsafe.Pointer(&h)) // want `unsafe-header: .p.`
}

func generic(p *[4]int32) []int32 { return slice[int32](raw.Of(p)) }

func inClosure(p *[4]int32) func() []int32 {
	h := raw.Of(p)
	return func() []int32 {
		return *(*[]int32)(unsafe.Pointer(&h)) // want `unsafe-header: .p.`
	}
}

var sink [][]int32

func Run(p *[4]int32) {
	sink = append(sink, ints(p), generic(p), inClosure(p)())
}
