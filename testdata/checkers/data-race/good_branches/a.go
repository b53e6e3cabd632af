// Ways that are never gone, because of what the branches on them say together.
package branches

import "sync"

// What is not new is copied, and only what is new is written.
type loader struct {
	known []bool
	first int
	made  map[int]bool
	all   []int
}

func (l *loader) isNew(i int) bool { return i >= l.first && l.known[i] }

func (l *loader) isMade(i int) bool {
	if !l.isNew(i) {
		return false
	}
	return l.made[i]
}

func (l *loader) update(i int) int {
	if !l.isNew(i) {
		l.copy(i)
	}
	return l.all[i]
}

func (l *loader) copy(i int) {
	l.all = append(l.all, i)
	l.known[i] = true
}

func (l *loader) write(i int) int {
	if !l.isMade(i) {
		return i
	}
	return l.update(i)
}

func load(l *loader, from, to []int) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for _, i := range from {
			l.write(i)
		}
	}()
	for _, i := range to {
		l.write(i)
	}
	wg.Wait()
}

// Where nothing is mapped, nothing is mapped further down either.
type output struct {
	mapped []byte
	heap   []byte
	isView bool
}

var failures int

func (o *output) isMapped() bool { return len(o.mapped) != 0 }

func (o *output) grow() bool {
	if !o.isMapped() {
		return false
	}
	if o.isView {
		panic("a view does not grow")
	}
	if len(o.heap) > 10 {
		failures++
		o.mapped = append(o.mapped, o.heap...)
	}
	return true
}

func (o *output) put(b byte) {
	o.heap = append(o.heap, b)
	if len(o.heap) > 5 && o.grow() {
		o.heap = nil
	}
}

func (o *output) view() *output {
	return &output{mapped: o.mapped, heap: make([]byte, 0, 10), isView: true}
}

func parallel(wg *sync.WaitGroup, o *output, write func(o *output)) {
	if o.isMapped() {
		view := o.view()
		wg.Add(1)
		go func() {
			defer wg.Done()
			write(view)
		}()
	} else {
		write(o)
	}
}

func assemble(o *output) {
	var wg sync.WaitGroup
	write := func(o *output) {
		if failures == 0 {
			o.put(1)
		}
	}
	parallel(&wg, o, write)
	parallel(&wg, o, write)
	wg.Wait()
}

// The table is made before anybody looks at it.
var (
	table []int
	ready bool
)

func entries() []int {
	if ready {
		return table
	}
	table = append(table, 1, 2, 3)
	ready = true
	return table
}

func entry(i int) int { return entries()[i] }

func look(n int) {
	println(entry(0))
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			println(entry(i % 3))
		}()
	}
	wg.Wait()
}

// What is given decides who writes.
type meter struct {
	mu    sync.Mutex
	count int
	last  int
}

func (m *meter) add(isMain bool) {
	if isMain {
		m.last++
	}
}

func (m *meter) run() {
	done := make(chan bool)
	go func() {
		m.add(false)
		close(done)
	}()
	m.add(true)
	<-done
}

// What is given decides whether the lock is taken.
func (m *meter) update(lock bool) {
	if lock {
		m.mu.Lock()
		defer m.mu.Unlock()
	}
	m.count++
}

func (m *meter) get() int {
	go m.update(true)
	go func() { m.update(true) }()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}

// Both sides of one branch on what stays as it is.
type job struct {
	isQuick bool
	result  int
}

func (j *job) start() {
	go func() {
		if j.isQuick {
			j.result = 1
		}
	}()
	if !j.isQuick {
		j.result = 2
	}
}

// It is started once: the variable says so as soon as the call has told that it was.
type server struct {
	stop chan bool
	runs int
}

func (s *server) lead(leading chan bool, prepare func() error) {
	established := false
	defer func() { println(established) }()
	for range leading {
		if !established {
			if err := s.establish(prepare); err != nil {
				println(err.Error())
				continue
			}
			established = true
		}
	}
}

func (s *server) establish(prepare func() error) error {
	if err := prepare(); err != nil {
		return err
	}
	s.startLoop()
	return nil
}

func (s *server) startLoop() {
	s.stop = make(chan bool)
	s.runs = 0
	go s.loop()
}

func (s *server) loop() {
	for {
		select {
		case <-s.stop:
			return
		default:
			s.runs++
		}
	}
}
