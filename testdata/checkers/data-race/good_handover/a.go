// Goroutines that are waited for, on whatever way, and a token that goes from one to the next.
package handover

import "errors"

var sockets = map[string]int{}

// One of two sends ends the wait; what the goroutine does comes before one of them.
func privileged(listen func() (int, error), raise func() error) (int, error) {
	type result struct {
		fd  int
		err error
	}
	ch := make(chan result, 1)
	go func() {
		if raise() != nil {
			ch <- result{err: errors.New("cannot raise")}
			return
		}
		fd, err := listen()
		ch <- result{fd, err}
	}()
	r := <-ch
	return r.fd, r.err
}

func listen(name string) (int, error) {
	if fd, ok := sockets[name]; ok {
		return fd, nil
	}
	return privileged(func() (int, error) {
		sockets[name] = len(sockets)
		return sockets[name], nil
	}, func() error { return nil })
}

func ListenAll(names []string) {
	for _, name := range names {
		listen(name)
	}
}

type store struct {
	in    chan int
	stop  chan bool
	count int
}

func (s *store) write(items []int) {
	s.count += len(items)
}

// Whoever writes holds the token, which is taken in three places.
func (s *store) Run() {
	token := make(chan struct{}, 1)
	write := func(items []int) {
		s.write(items)
		<-token
	}
	var items []int
	for {
		for {
			if len(items) > 100 {
				token <- struct{}{}
				break
			}
			select {
			case item := <-s.in:
				items = append(items, item)
				continue
			case <-s.stop:
				token <- struct{}{}
				write(items)
				return
			case token <- struct{}{}:
			}
			break
		}
		go write(items)
		items = nil
	}
}
