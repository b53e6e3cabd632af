package p

type point struct{ x, y int }
type line struct {
	from, to *point
	name     string
	tags     []string
}

func n() int

var table = []line{
	{from: &point{1, 2}, name: "a"},
	{to: &point{y: 3}, tags: []string{"t", ""}},
	{},
}

var mixed = []line{{name: "c"}, {tags: []string{"k"}, from: &point{n(), 0}}}

var byName = map[string]point{"a": {1, 2}, "b": {}}

var anything = [...]any{1, "s", nil, 2.5, point{1, 2}, &point{}}

var sparse = [...]int{5: 1, 2, 1: 3}

var floats = []float64{1, 2.5}

func values() (a, b, c, d any) {
	p := point{n(), 2}
	q := point{y: n()}
	r := &point{n(), 1}
	s := &point{x: n()}
	_ = r
	_ = s
	return p, q, point{}, &point{}
}

func collections() {
	_ = []int{n(), 2, n()}
	_ = []int{3: n(), 1}
	_ = [2]int{n(), 1}
	_ = [4]int{1: n()}
	_ = map[string]int{"a": n(), "b": 2}
	_ = []*point{{1, n()}, nil}
	_ = map[point]*point{{1, 2}: {n(), 4}}
	_ = []int{}
	_ = map[string]int{}
	_ = []point{{1, 2}, {3, n()}}
}
