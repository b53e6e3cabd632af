// Package store fills a store in the background.
package store

type Store struct {
	Size int
	stop chan struct{}
}

func Open() *Store {
	s := &Store{stop: make(chan struct{})}
	go s.fill()
	return s
}

func (s *Store) fill() {
	for {
		select {
		case <-s.stop:
			return
		default:
			s.Size++ // want `data-race: .s.Size. is written here while another goroutine`
		}
	}
}
