// Elements, and what the race detector does not see: assembly reads them.
package bytesrace

import "bytes"

func scan(b []byte) int {
	found := make(chan int)
	go func() {
		found <- bytes.IndexByte(b, 'x')
	}()
	b[0] = 'y' // want `data-race: .b\[0\]. is written here while another goroutine reads it`
	return <-found
}

func grow() []int {
	s := make([]int, 0, 8)
	done := make(chan bool)
	go func() {
		_ = append(s, 1)
		close(done)
	}()
	t := append(s, 2) // want `data-race: .s\[…\]. is written here while another goroutine writes it`
	<-done
	return t
}
