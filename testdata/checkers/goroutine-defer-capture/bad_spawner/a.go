// The function that starts the goroutine defers, and does not wait.
package spawner

import "log"

func run(task func() error) {
	var err error
	defer func() {
		if err != nil { // want `goroutine-defer-capture: .err. is read here by a deferred call while another goroutine writes it`
			log.Println(err)
		}
	}()
	go func() { err = task() }()
}

type job struct{ state string }

func (j *job) set(state string) { j.state = state }

func start(work func()) {
	j := &job{}
	defer func() {
		j.state = "started" // want `goroutine-defer-capture`
	}()
	go func() {
		work()
		j.set("over")
	}()
}
