// recover is deferred itself.
package itself

func plain(step func()) {
	defer recover() // want `recover-misuse: does nothing when it is deferred itself`
	step()
}

type pool struct{ tasks []func() }

func (p *pool) run() {
	for _, task := range p.tasks {
		func() {
			defer recover() // want `recover-misuse`
			task()
		}()
	}
}

func start(step func()) {
	go func() {
		defer recover() // want `recover-misuse`
		step()
	}()
}
