// Nothing to continue.
package p

func f(x int) {
	continue
	if true {
		continue
	}
	switch x {
	case 1:
		continue
	}
	for {
		func() {
			continue
		}()
	}
}
