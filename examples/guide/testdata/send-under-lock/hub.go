package hub

import "sync"

type hub struct {
	mu     sync.Mutex
	last   int
	events chan int
}

func (h *hub) lock() { h.mu.Lock() }

func (h *hub) bad(event int) {
	h.lock()
	defer h.mu.Unlock()
	h.last = event
	h.events <- event // want `send-under-lock: the send may wait while .h.mu. is held`
}

func (h *hub) good(event int) {
	h.mu.Lock()
	h.last = event
	h.mu.Unlock()
	h.events <- event
}
