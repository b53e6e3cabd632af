// Package rangefunc has loops over iterators, whose bodies become functions.
package rangefunc

import "iter"

func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func pairs(list []string) iter.Seq2[int, *string] {
	return func(yield func(int, *string) bool) {
		for i := range list {
			if !yield(i, &list[i]) {
				return
			}
		}
	}
}

func sum(n int) (total int) {
	for i := range numbers(n) {
		total += i
	}
	return total
}

func find(list []string, want string) *string {
	for _, text := range pairs(list) {
		if *text == want {
			return text
		}
	}
	return nil
}

func collect(n int) []*int {
	var all []*int
	for i := range numbers(n) {
		defer func() { all[0] = nil }()
		all = append(all, &i)
	}
	return all
}
