// A generic helper panics.
package generic

import "log"

type list[T any] struct{ items []T }

func (l *list[T]) each(f func(T)) {
	for _, item := range l.items {
		f(item)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (l *list[T]) load(next func() (T, error)) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	go func() { // want `unrecovered-goroutine-panic`
		l.items = append(l.items, must(next()))
	}()
}

func use() { (&list[int]{}).load(func() (int, error) { return 0, nil }) }
