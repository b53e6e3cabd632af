// What has one cause is told once.
package cause

import "sync"

type table struct {
	names  []string
	flags  map[string]bool
	hashes map[string]int
}

// Below the same calls.
func (t *table) add(name string) {
	t.names = append(t.names, name) // want `data-race: .t.names. is written here`
	t.mark(name)
	t.hash(name)
}

func (t *table) mark(name string) { t.flags[name] = true }
func (t *table) hash(name string) { t.hashes[name] = len(name) }

func fill(t *table, names []string) {
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() { t.add(name) })
	}
	wg.Wait()
}

// The same two goroutines, the same variable.
func both(names []string) []string {
	var warnings []string
	done := make(chan bool)
	go func() {
		warnings = append(warnings, "slow")
		done <- true
	}()
	if len(names) == 0 {
		warnings = append(warnings, "empty") // want `data-race: .warnings. is written here`
	}
	<-done
	return warnings
}

// Two variables, each by itself.
func two() (int, int) {
	a, b := 0, 0
	go func() {
		a = 1 // want `data-race: .a. is written here`
		b = 1 // want `data-race: .b. is written here`
	}()
	return a, b
}
