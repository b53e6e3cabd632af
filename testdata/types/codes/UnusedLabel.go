// Labels that nobody jumps to.
package p

func f() {
a:
	for {
	b:
		for {
			continue b
		}
	}
c:
	func() {
	d:
	}()
_:
}
