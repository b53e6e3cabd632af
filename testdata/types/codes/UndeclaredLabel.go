// Labels that there are not.
package p

func f() {
	goto missing
	for {
		break outer
		continue outer
	}
	func() {
		goto here
	}()
here:
	goto here
}
