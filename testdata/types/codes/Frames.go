// Where errors in calls of generic functions are.
package p

func id[P any](x P, y ...P) P { return x }
func pair[P, Q any](P) (q Q) { return }

type Pair[P, Q any] struct{ p P; q Q }

func (r Pair[P, Q]) first(x int) P { return r.p }

func f() {
	_ = id(1, "a")
	_ = id(id(1, "a"), 2)
	_ = pair(pair(1))
	_ = pair[int]("a")
	_ = id[string](1)
	var g func(int, ...string) int = id
	_ = Pair[int]{1, 2}
	_ = Pair{1, 2}
	_ = Pair[int, string]{1, 2}.first("a")
	id(1)(2)
	_ = g
	_ = id(
		1,
		"a",
	)
}
