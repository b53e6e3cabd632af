// iota belongs to constants.
package p

var a = iota

const b = iota

func f() int {
	x := iota
	const y = iota + 1
	return iota + x + y
}

const c = len([iota]int{})

var d [iota]int
