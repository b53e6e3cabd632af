package good

// A channel that each goroutine gets for itself, kept where the next one takes its place.
type queue struct {
	tasks []func()
	done  chan struct{}
	in    chan func()
	quit  chan struct{}
}

func (q *queue) loop() {
	for {
		select {
		case task := <-q.in:
			q.tasks = append(q.tasks, task)
			if q.done == nil {
				q.next()
			}
		case <-q.done:
			q.next()
		case <-q.quit:
			return
		}
	}
}

func (q *queue) next() {
	if len(q.tasks) == 0 {
		q.done = nil
		return
	}
	task := q.tasks[0]
	q.tasks = q.tasks[1:]
	done := make(chan struct{})
	go func() { defer close(done); task() }()
	q.done = done
}
