// Package level has a variable that its init function sets before anybody can ask.
package level

var current int

func init() {
	current = 2
	go report()
}

func report() {
	println(current)
}

// Current is the level.
func Current() int { return current }
