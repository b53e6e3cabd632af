// What can be copied.
package p

func f(a []int, b []string, s string, by []byte, arr [2]int) {
	copy(a, b)
	copy(a, s)
	copy(by, s)
	copy(s, by)
	copy(arr, a)
	copy(1, a)
	copy(a)
	copy()
	copy(a, nil)
	copy(a, 1)
	copy(a, a, a)
}

func g[P any](p P, a []int) { copy(p, a) }
