package p

type pair[A, B any] struct{ first A }

func (pair[A, B]) method() A { panic("") }

type box[A any, B any] interface{ method() A }

func take[A, B any](pair[A, B]) {}

func use(few pair[int], other pair[int, string]) {
	few.first = 1
	few.method()
	few = other
	take(few)
	_ = pair[int]{first: 1}
}

func boxed() box[int] {
	return &pair[string]{}
}

type loop[U interface{ method() loop[U, int] }] int

type element int

func (element) method() loop[element] { return 0 }
