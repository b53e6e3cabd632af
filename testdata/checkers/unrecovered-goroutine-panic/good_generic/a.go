// A generic helper recovers from what it is given.
package generic

import "log"

type list[T any] struct{ items []T }

func try[T any](f func() T) (value T) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	return f()
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
	go func() {
		l.items = append(l.items, try(func() T { return must(next()) }))
	}()
}

func use() { (&list[int]{}).load(func() (int, error) { return 0, nil }) }
