// Package worker runs functions one after the other.
package worker

// Worker is a goroutine that runs functions.
type Worker struct {
	jobs chan job
	quit chan struct{}
}

type job struct {
	run    func() error
	result chan<- error
}

// New starts a worker. It must be closed.
func New() *Worker {
	w := &Worker{jobs: make(chan job), quit: make(chan struct{})}
	go w.loop()
	return w
}

func (w *Worker) loop() {
	for {
		select { // want `goroutine-leak: waits for channels that nobody uses any more`
		case j := <-w.jobs:
			j.result <- j.run()
		case <-w.quit:
			return
		}
	}
}

// Run runs a function and returns what it returns.
func (w *Worker) Run(f func() error) error {
	result := make(chan error)
	w.jobs <- job{f, result}
	return <-result
}

// Close ends the worker.
func (w *Worker) Close() { close(w.quit) }
