package p

import "unsafe"

type throughField [unsafe.Sizeof(field{})]byte

type field struct{ throughField }

type throughCall [unsafe.Sizeof(call[result]())]int

type result struct{ value throughCall }

func call[P any]() P { panic("") }

type direct [unsafe.Sizeof(renamed{})]int

type renamed direct

type generic[P any] struct{ inner *P }

type itself[P any] struct{ value itself[P] }

const _ = unsafe.Sizeof(itself[int]{})

var size [unsafe.Sizeof(generic[int]{})]int
