//go:build go1.21

package p

func yield(func() int)

func shared(n int, s []int) {
	for i := 0; i < n; i++ {
		yield(func() int { return i })
	}
	for _, v := range s {
		yield(func() int { return v })
	}
}
