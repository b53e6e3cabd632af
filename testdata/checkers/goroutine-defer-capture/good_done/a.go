// What is deferred behind Done runs before it.
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
		defer wg.Done()
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("task: %v", r)
			}
		}()
		task()
	}()
	wg.Wait()
	return err
}

type result struct{ count int }

func (r *result) finish(n int) { r.count = n }

func count(list []int) int {
	r := &result{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer r.finish(len(list))
	}()
	wg.Wait()
	return r.count
}
