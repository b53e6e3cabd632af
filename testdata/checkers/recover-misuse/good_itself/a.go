// The function that defers recover is deferred, so recover is called by a deferred function.
package itself

func plain(step func()) {
	defer func() { recover() }()
	step()
}

func inside(step func()) {
	defer func() {
		defer recover()
	}()
	step()
}

func start(step func()) {
	go func() {
		defer func() { _ = recover() }()
		step()
	}()
}
