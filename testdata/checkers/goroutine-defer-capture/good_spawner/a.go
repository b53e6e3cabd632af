// The function that starts the goroutine waits before its deferred calls run.
package spawner

import "log"

func run(task func() error) (err error) {
	defer func() {
		if err != nil {
			log.Println(err)
		}
	}()
	done := make(chan bool)
	go func() {
		err = task()
		close(done)
	}()
	<-done
	return
}

type job struct{ state string }

func (j *job) set(state string) { j.state = state }

func start(work func()) {
	j := &job{}
	done := make(chan bool)
	defer func() {
		<-done
		j.state = "started"
	}()
	go func() {
		defer close(done)
		work()
		j.set("over")
	}()
}
