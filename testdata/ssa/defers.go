package p

type M struct{}

func (*M) Lock()
func (*M) Unlock()
func work() (int, error)
func note(string)

func locked(m *M) (n int, err error) {
	m.Lock()
	defer m.Unlock()
	n, err = work()
	if err != nil {
		return 0, err
	}
	return n + 1, nil
}

func recovers() (err any) {
	defer func() {
		err = recover()
	}()
	note("a")
	panic("b")
}

func unnamed() int {
	defer note("x")
	return 3
}

func manyDefers(ms []*M, f func(), i interface{ Unlock() }, c chan int) {
	for _, m := range ms {
		defer m.Unlock()
	}
	defer f()
	defer i.Unlock()
	defer close(c)
	defer panic("late")
	defer recover()
}

func spawns(m *M, f func(int), c chan int) {
	go m.Lock()
	go f(1)
	go func() { c <- 1 }()
	go close(c)
}

func deferredLater(c bool) {
	note("before")
	if c {
		return
	}
	defer note("after")
	note("middle")
}
