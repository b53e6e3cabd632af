// Range over functions: leaving the body in every way, and what a wrong iterator gets.
package main

import (
	"fmt"
	"iter"
)

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("iterator done")
		for i := range n {
			if !yield(i) {
				fmt.Println("stopped at", i)
				return
			}
		}
	}
}

func pairs(yield func(int, string) bool) {
	_ = yield(1, "one") && yield(2, "two") && yield(3, "three")
}

func find(wanted int) (found string, err error) {
	for i, s := range pairs {
		if i == wanted {
			return s, nil
		}
	}
	return "", fmt.Errorf("no %d", wanted)
}

func labelled() {
outer:
	for i := range count(3) {
		for j := range count(3) {
			switch {
			case j == 1 && i == 0:
				continue outer
			case i == 1:
				break outer
			}
			fmt.Println("at", i, j)
		}
	}
}

func jump() (n int) {
	for i := range count(5) {
		n += i
		if i == 2 {
			goto out
		}
	}
	n = 100
out:
	return n
}

func deferred() {
	for i := range count(2) {
		defer fmt.Println("deferred in the body", i)
	}
	fmt.Println("loop is over")
}

func panics() {
	defer func() { fmt.Println("recovered", recover()) }()
	for i := range count(3) {
		if i == 1 {
			panic("in the body")
		}
	}
}

func keepsCalling(yield func() bool) {
	yield()
	yield()
}

func misuse() {
	defer func() { fmt.Println("recovered", recover()) }()
	for range keepsCalling {
		break
	}
}

func main() {
	for i := range count(2) {
		fmt.Println(i)
	}
	fmt.Println(find(2))
	fmt.Println(find(7))
	labelled()
	fmt.Println(jump())
	deferred()
	panics()
	misuse()
	next, stop := iter.Pull(count(3))
	fmt.Println(next())
	fmt.Println(next())
	stop()
	fmt.Println(next())
	next2, stop2 := iter.Pull2(pairs)
	defer stop2()
	fmt.Println(next2())
}
