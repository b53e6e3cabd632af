// init is a function, and nobody calls it.
package p

var init = 1

const init = 2

type init int

func init() {}

func f() {
	init()
	_ = init
	init := 1
	_ = init
}
