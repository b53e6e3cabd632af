// Dots where there is no call.
package p

type T []int

var b = int(1...)

func f() {
	print([]any{}...)
	panic([]any{}...)
	delete(map[int]int{}, 1...)
}
