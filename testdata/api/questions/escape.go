package questions

var shared *pair

type node struct {
	next *node
	work func() int
}

func escapes(out chan *pair) *node {
	local := &pair{a: 1}
	askEscape(local) // want `api: escapes to \[\]`
	shared = &pair{a: 2}
	given := &pair{a: 3}
	askEscape(given) // want `api: escapes to \[Global\]`
	shared = given
	sent := &pair{a: 4}
	askEscape(sent) // want `api: escapes to \[Goroutine\]`
	out <- sent
	result := &node{}
	askEscape(result) // want `api: escapes to \[Heap\]`
	table := make([]int, 4)
	askEscape(table) // want `api: escapes to \[\]`
	large := make([]int, 1<<20)
	askEscape(large) // want `api: escapes to \[Layout\]`
	count := 0
	count2 := func() int { count++; return count }
	askEscape(count2) // want `api: escapes to \[Heap\]`
	result.work = count2
	once := func() { local.a++ }
	askEscape(once) // want `api: escapes to \[\]`
	once()
	askEscape(pass(local, shared, out)) // want `api: 0 to \[\] and results \[\(0, 0\)\]; 1 to \[\(Global, 0\)\] and results \[\]; 2 to \[\] and results \[\]`
	return result
}

func pass(a, b *pair, c chan *pair) *pair {
	shared = b
	if c == nil {
		return nil
	}
	return a
}

func Escapes(out chan *pair) *node { return escapes(out) }
