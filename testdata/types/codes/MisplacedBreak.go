// Nothing to break.
package p

func f() {
	break
	if true {
		break
	}
	for {
		func() {
			break
		}()
	}
	{
		break
	}
	select {
	default:
		break
	}
}
