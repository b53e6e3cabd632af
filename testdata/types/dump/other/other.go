// What others import.
package other

type Thing struct{ Field int32 }

func (Thing) Method() {}

type Gen[T any] struct{ V T }

func (*Gen[T]) Do(T) {}

const internal = 1
