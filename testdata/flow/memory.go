// What may be in memory where it is read: `from` names the constants that were written.
package main

func reveal(int) {}

var condition bool

var global int

var other int

type pair struct {
	first, second int
}

// The last write counts.
func strongUpdates() {
	p := new(int)
	reveal(*p) // from zero
	*p = 1
	*p = 2
	reveal(*p) // from 2
	if condition {
		*p = 3
	}
	reveal(*p) // from 2 3
	global = 4
	reveal(global) // from 4
	global = 5
	reveal(global) // from 5
}

// Where a pointer may point to either of two, none is known to be replaced.
func weakUpdates() {
	a, b := new(int), new(int)
	*a, *b = 1, 2
	p := a
	if condition {
		p = b
	}
	*p = 3
	reveal(*a) // from 1 3
	reveal(*b) // from 2 3
	reveal(*p) // from 1 2 3
}

// Fields are apart, elements of arrays are not.
func parts() {
	s := new(pair)
	s.first, s.second = 1, 2
	p := &s.second
	*p = 3
	reveal(s.first)  // from 1
	reveal(s.second) // from 3
	var array [4]int
	q := &array[0]
	*q = 4
	array[1] = 5
	reveal(array[0]) // from 4 5 zero
}

func set(p *int, x int) { *p = x }

func get(p *int) int { return *p }

func nothing(*int) {}

func sometimes(p *int) {
	if condition {
		*p = 7
	}
}

// A function that is called with either of two pointers is known to replace neither.
func calls() {
	p := new(int)
	q := new(int)
	set(p, 1)
	set(q, 2)
	reveal(*p)     // from 1 2 zero
	reveal(get(p)) // from 1 2 zero
	nothing(p)
	global = 3
	setGlobal()
	reveal(global) // from 6
	sometimes(&other)
	reveal(other) // from 7 zero
}

func setGlobal() { global = 6 }

func identity(x int) int { return x }

// Values are told apart by the call that they came by.
func contexts() {
	a := identity(1)
	b := identity(2)
	reveal(a) // from 1
	reveal(b) // from 2
}

func readGlobal() int { return global }

// So is memory.
func memoryContexts() {
	global = 1
	a := readGlobal()
	global = 2
	b := readGlobal()
	reveal(a) // from 1
	reveal(b) // from 2
}

func loops() {
	p := new(int)
	*p = 1
	for condition {
		reveal(*p) // from 1 2
		*p = 2
		reveal(*p) // from 2
	}
	reveal(*p) // from 1 2
	*p = 3
	for condition {
		reveal(*p) // from 3
	}
}

func mayPanic() {
	if condition {
		panic("no")
	}
}

// Deferred functions see what was there when the function ended.
func defers() {
	p := new(int)
	*p = 1
	defer func() {
		reveal(*p) // from 2
	}()
	*p = 2
}

func defersAfterPanic() {
	p := new(int)
	*p = 1
	defer func() {
		reveal(*p) // from 1 2
	}()
	mayPanic()
	*p = 2
}

func defersInOrder() (n int) {
	defer func() {
		reveal(n) // from 4
	}()
	defer func() {
		reveal(n) // from 3
		n = 4
	}()
	n = 1
	return 3
}

func result() int {
	n := recovered()
	// That recover gives nil only where nothing panics is not known.
	reveal(n) // from 5 6 zero
	return n
}

func recovered() (n int) {
	defer func() {
		if recover() != nil {
			n = 5
		}
	}()
	mayPanic()
	return 6
}

func neverBack() { panic("never") }

func cut() {
	p := new(int)
	*p = 1
	if condition {
		*p = 2
		neverBack()
	}
	reveal(*p) // from 1
}

func closures() {
	count := 1
	add := func() { count = 2 }
	reveal(count) // from 1
	add()
	reveal(count) // from 2
}

var shared int

// Order does not count where goroutines run.
func goroutines() {
	shared = 1
	go func() {
		reveal(shared) // from 1 2 zero
	}()
	shared = 2
	reveal(shared) // from 1 2 zero
}

func containers() {
	c := make(chan int, 1)
	c <- 1
	reveal(<-c) // from 1 zero
	m := map[string]int{}
	m["a"] = 2
	reveal(m["a"]) // from 2 zero
	s := []int{}
	s = append(s, 3)
	reveal(s[0]) // from 3 zero
}

type setter interface{ set(int) }

type one struct{ p *int }

func (o one) set(x int) { *o.p = x }

type none struct{}

func (none) set(int) {}

func interfaces() {
	p := new(int)
	*p = 1
	var s setter = one{p}
	s.set(2)
	reveal(*p) // from 1 2 zero
}

func recursive(n int, p *int) {
	if n == 0 {
		*p = 1
		return
	}
	local := 2
	recursive(n-1, &local)
	reveal(local) // from 1 2 zero
	*p = local
}

func main() {
	strongUpdates()
	weakUpdates()
	parts()
	calls()
	contexts()
	memoryContexts()
	loops()
	defers()
	defersAfterPanic()
	defersInOrder()
	result()
	cut()
	closures()
	goroutines()
	containers()
	interfaces()
	none{}.set(1)
	recursive(3, new(int))
	condition = !condition
}
