// Constants and types that are declared by themselves.
package p

const a = b
const b = c + 1
const c = a

const self = self

type A [len(x)]int

var x A

const n = len([m]int{})
const m = n

func f() {
	const a = a
	var y = y
	_ = y
}
