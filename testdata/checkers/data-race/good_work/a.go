// Goroutines that wait for work, which nobody can give them before they are returned.
package work

type workers struct {
	tasks chan int
	stop  chan bool
}

type cache struct {
	workers workers
	latency int
}

func (w *workers) start(c *cache, n int) {
	tasks := make(chan int, n)
	stop := make(chan bool)
	w.tasks = tasks
	w.stop = stop
	for range n {
		go func() {
			for {
				select {
				case <-stop:
					return
				case task, ok := <-tasks:
					if !ok {
						return
					}
					println(task, c.latency)
				}
			}
		}()
	}
}

func open() *cache {
	c := &cache{}
	c.workers.start(c, 3)
	c.latency = 7
	return c
}

func (c *cache) put(task int) { c.workers.tasks <- task }
