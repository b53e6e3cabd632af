// Branches that do not exclude each other after all.
package branches

import "sync"

// Something in between makes it different.
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
	l.all = append(l.all, i) // want `data-race: .l.all. is written here`
	l.known[i] = true
}

func (l *loader) reset() {
	l.first = len(l.known) // want `data-race: .l.first. is written here`
}

func (l *loader) write(i int) int {
	if !l.isMade(i) {
		return i
	}
	l.reset()
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

// It is about another one.
func (l *loader) other(i, j int) int {
	if !l.isMade(i) {
		return i
	}
	return l.update(j)
}

func others(l *loader, from []int) {
	var wg sync.WaitGroup
	for _, i := range from {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.other(i, i+1)
		}()
	}
	wg.Wait()
}

// The table may not be made yet: only some ways lead through `entries`.
var (
	table []int
	ready bool
)

func entries() []int {
	if ready {
		return table
	}
	table = append(table, 1, 2, 3) // want `data-race: .table. is written here`
	ready = true
	return table
}

func entry(i int) int { return entries()[i] }

func look(n int) {
	if n > 10 {
		println(entry(0))
	}
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

// It is made again.
var (
	cache   []int
	isFresh bool
)

func cached() []int {
	if isFresh {
		return cache
	}
	cache = append(cache, 1, 2, 3) // want `data-race: .cache. is written here`
	isFresh = true
	return cache
}

func forget() { isFresh = false }

func lookAgain(n int) {
	println(len(cached()))
	forget()
	for range n {
		go func() {
			println(len(cached()))
		}()
	}
}

// What is given decides who writes: both do.
type meter struct {
	mu    sync.Mutex
	count int
	last  int
}

func (m *meter) add(isMain bool) {
	if isMain {
		m.last++ // want `data-race: .m.last. is written here`
	}
}

func (m *meter) run(isMain bool) {
	done := make(chan bool)
	go func() {
		m.add(true)
		close(done)
	}()
	m.add(isMain)
	<-done
}

// It is not given everywhere.
func (m *meter) update(lock bool) {
	if lock {
		m.mu.Lock()
		defer m.mu.Unlock()
	}
	m.count++ // want `data-race: .m.count. is written here while another goroutine reads it`
}

func (m *meter) get() int {
	go func() { m.update(false) }()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}

// Others change it under a lock in between.
type job struct {
	mu      sync.Mutex
	isQuick bool
	result  int
}

func (j *job) start() {
	go func() {
		j.mu.Lock()
		quick := j.isQuick
		j.mu.Unlock()
		if quick {
			j.result = 1
		}
	}()
	j.mu.Lock()
	quick := j.isQuick
	j.mu.Unlock()
	if !quick {
		j.result = 2 // want `data-race: .j.result. is written here`
	}
}

// It is started although the call says that it was not.
type server struct {
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
	s.startLoop()
	return prepare()
}

func (s *server) startLoop() {
	s.runs = 0 // want `data-race: .s.runs. is written here while another goroutine`
	go s.loop()
}

func (s *server) loop() {
	for range 10 {
		s.runs++ // want `data-race: .s.runs. is written here`
	}
}

// The variable does not stay as it is.
type other struct {
	runs int
}

func (o *other) lead(leading chan bool, prepare func() error) {
	established := false
	defer func() { println(established) }()
	for is := range leading {
		if !established {
			if err := o.establish(prepare); err != nil {
				continue
			}
			established = true
		}
		if !is {
			established = false
		}
	}
}

func (o *other) establish(prepare func() error) error {
	if err := prepare(); err != nil {
		return err
	}
	o.runs = 0 // want `data-race: .o.runs. is written here while another goroutine`
	go o.loop()
	return nil
}

func (o *other) loop() {
	for range 10 {
		o.runs++ // want `data-race: .o.runs. is written here`
	}
}

// What makes it different is behind a branch that was taken before.
type lamp struct {
	lit  bool
	uses int
}

func (l *lamp) turn() {
	if !l.lit {
		l.lit = true // want `data-race: .l.lit. is written here`
		if l.lit {
			l.lit = false
			l.use()
		}
	}
}

func (l *lamp) use() {
	if !l.lit {
		l.uses++ // want `data-race: .l.uses. is written here`
	}
}

func lights(l *lamp) {
	go l.turn()
	go l.turn()
}
