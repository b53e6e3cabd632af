// What each goroutine has of its own, and what is not shared yet.
package own

import "sync"

type job struct {
	id   int
	out  []byte
	next *job
}

func (j *job) run() {
	j.id++
	j.out = append(j.out, byte(j.id))
}

func newJob(id int) *job {
	j := &job{}
	j.id = id
	return j
}

// A new job in each iteration, made by a helper, used before it is handed over.
func spawn(n int) {
	for i := range n {
		j := newJob(i)
		j.out = make([]byte, 0, 8)
		go j.run()
	}
}

func local(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			var j job
			j.run()
			k := &j
			k.next = newJob(1)
			k.next.run()
		})
	}
	wg.Wait()
}

func halves(data []int) {
	done := make(chan bool)
	go func() {
		data[0] = 1
		clear(data[:2])
		done <- true
	}()
	data[3] = 4
	clear(data[2:4])
	<-done
}

func before(n int) int {
	n *= 2
	m := n
	m++
	go func() { _ = m }()
	return n
}
