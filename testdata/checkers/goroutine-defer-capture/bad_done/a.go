// What is deferred before Done runs behind it.
package done

import (
	"fmt"
	"sync"
)

func run(task func() error) error {
	var err error
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("task: %v", r) // want `goroutine-defer-capture: .err. is written here by a deferred call that runs after .sync.WaitGroup.Done.`
			}
		}()
		defer wg.Done()
		task()
	}()
	wg.Wait()
	return err
}

type result struct{ count int }

func (r *result) finish(n int) { r.count = n } // want `goroutine-defer-capture`

func count(list []int) int {
	r := &result{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer r.finish(len(list))
		defer wg.Done()
	}()
	wg.Wait()
	return r.count
}
