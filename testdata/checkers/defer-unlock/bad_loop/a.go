// A loop locks again what is unlocked when the function ends.
package loop

import "sync"

type queue struct {
	mu    sync.Mutex
	tasks []func()
}

func (q *queue) run() {
	for {
		q.mu.Lock()         // want `goroutine-leak`
		defer q.mu.Unlock() // want `defer-unlock: does not run before the loop locks it again`
		if len(q.tasks) == 0 {
			return
		}
		q.tasks = q.tasks[1:]
	}
}

type shard struct {
	mu   sync.Mutex
	size int
}

func total(shards []*shard, seen func(int)) (n int) {
	for _, shard := range shards {
		shard.mu.Lock()
		defer shard.mu.Unlock() // want `defer-unlock: not in each round of the loop`
		seen(shard.size)
		n += shard.size
	}
	return n
}
