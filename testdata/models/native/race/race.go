// Package race has kernels in assembly that several goroutines run.
package race

func fill(dst []byte, b byte)
func sum(xs []byte) int
func acquire(s *spin)
func release(s *spin)
func each(xs []int, fn func(int))
func later(fn func())

type spin struct{ state uint32 }

type counter struct{ n int }

func (c *counter) bump()

func writers(buf []byte, done chan bool) {
	go func() {
		fill(buf, 1)
		done <- true
	}()
	buf[0] = 2 // want `data-race: .*buf`
	<-done
}

func readers(buf []byte, done chan bool) int {
	go func() {
		println(sum(buf))
		done <- true
	}()
	n := sum(buf)
	<-done
	return n
}

func readerAndWriter(buf []byte, done chan bool) int {
	go func() {
		println(sum(buf))
		done <- true
	}()
	fill(buf, 3) // want `data-race: .*buf`
	<-done
	return len(buf)
}

type guarded struct {
	lock spin
	n    int
}

func (g *guarded) locked(done chan bool) {
	go func() {
		acquire(&g.lock)
		g.n++
		release(&g.lock)
		done <- true
	}()
	acquire(&g.lock)
	g.n++
	release(&g.lock)
	<-done
}

func (g *guarded) unlocked(done chan bool) {
	go func() {
		acquire(&g.lock)
		release(&g.lock)
		g.n++
		done <- true
	}()
	acquire(&g.lock)
	g.n++ // want `data-race: .*n`
	release(&g.lock)
	<-done
}

func callback(xs []int) int {
	total := 0
	each(xs, func(x int) { total += x })
	return total
}

func callbackInGoroutine() int {
	total := 0
	later(func() { total++ }) // want `data-race: .*total`
	return total
}

func bumps(done chan bool) int {
	c := new(counter)
	go func() {
		c.bump() // want `data-race: .*c.n`
		done <- true
	}()
	n := c.n
	<-done
	return n
}
