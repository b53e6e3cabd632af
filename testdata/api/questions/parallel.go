package questions

import "sync"

func parallels() {
	askParallel("before")
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			askParallel("before")
			deep(2) // the two calls below, each with itself
			mu.Lock()
			askParallel("locked")
			mu.Unlock()
		})
	}
	askParallel("during") // want `api: during runs at the same time`
	wg.Wait()
	askParallel("after")
	other()
}

func deep(n int) {
	if n > 0 {
		askParallel("during")
		askParallel("after")
		askParallel("self") // want `api: self runs at the same time`
	}
}

func other() {
	done := make(chan bool)
	go func() {
		askParallel("signalled")
		done <- true
		askParallel("unsignalled")
	}()
	<-done
	askParallel("signalled")
	askParallel("unsignalled") // want `api: unsignalled runs at the same time`
}

func Parallels() { parallels() }
