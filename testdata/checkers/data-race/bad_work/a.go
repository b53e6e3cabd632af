// Goroutines that wait for work, which they are given too early.
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

// The first task is there already.
func open() *cache {
	c := &cache{}
	c.workers.start(c, 3)
	c.put(1)
	c.latency = 7 // want `data-race: .c.latency. is written here while another goroutine reads it`
	return c
}

func (c *cache) put(task int) { c.workers.tasks <- task }

// Whoever has the cache may have given it something.
func (c *cache) reopen() {
	c.workers.start(c, 3)
	c.latency = 8 // want `data-race: .c.latency. is written here while another goroutine reads it`
}

// It looks before it waits.
func (w *workers) watch(c *cache) {
	w.tasks = make(chan int)
	go func() {
		println(c.latency)
		<-w.tasks
	}()
}

func watched() *cache {
	c := &cache{}
	c.workers.watch(c)
	c.latency = 9 // want `data-race: .c.latency. is written here while another goroutine reads it`
	return c
}
