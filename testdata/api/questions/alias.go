package questions

var global int

type pair struct{ a, b int }

func aliases(unknown *int, n int) {
	x, y := new(int), new(int)
	askAlias(x, x) // want `api: Must`
	askAlias(x, y) // want `api: Never`
	either := x
	if n > 0 {
		either = y
	}
	askAlias(either, y) // want `api: May`
	p := &pair{}
	askAlias(&p.a, &p.a)       // want `api: Must`
	askAlias(&p.a, &p.b)       // want `api: Never`
	askAlias(&global, &global) // want `api: Must`
	askAlias(&global, x)       // want `api: Never`
	askAlias(unknown, &global) // want `api: May`
	s := make([]int, 8)
	askAlias(&s[1], &s[1]) // want `api: Must`
	askAlias(&s[1], &s[2]) // want `api: Never`
	askAlias(&s[n], &s[2]) // want `api: May`
	askAlias(&s[n], &s[n]) // want `api: Must`
	*x, *y = 1, 2
}

func Aliases(unknown *int, n int) { aliases(unknown, n) }
