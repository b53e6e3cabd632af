// Where strings that come from outside get to.
package main

func source() string { return "from outside" }

func sink(string) {}

func clean(string) string { return "clean" }

func identity(s string) string { return s }

func join(a, b string) string { return a + b }

func throws(s string) { panic(s) }

func catches(s string) {
	defer func() {
		caught := recover()
		sink(identity(caught.(string))) // tainted
	}()
	throws(s)
	sink(s)
}

func afterReturn(s string) {
	defer sink(s) // tainted
	defer sink("fixed")
	s = "local"
	sink(s)
}

func inLoop(list []string, s string) {
	for range list {
		defer sink(s) // tainted
	}
}

type speaker interface{ speak() string }

type loud struct{ text string }

func (l loud) speak() string { return join(l.text, "!") }

type quiet struct{}

func (quiet) speak() string { return "psst" }

func concurrent(s string) {
	sink(s) // tainted
}

func main() {
	s := source()
	sink(s) // tainted
	sink(clean(s))
	sink(identity(s)) // tainted
	sink(identity("fixed"))
	sink(join("a", identity(s))) // tainted
	catches(s)
	catches("fixed")
	afterReturn(s)
	inLoop(nil, s)
	var who speaker = quiet{}
	sink(who.speak())
	who = loud{s}
	sink(who.speak()) // tainted
	go concurrent(s)
	say := func() { sink(s) } // tainted
	say()
}
