// Labels that are declared twice.
package p

func f() {
l:
	goto l
l:
	for {
	l:
	}
	func() {
	l:
		goto l
	}()
_:
_:
}
