// What is deferred is a call.
package p

func f(g func()) {
	defer g
	defer 1
	defer (g())
	defer int(3)
	defer func() {}
	defer g()()
	defer f(undefined)
}
