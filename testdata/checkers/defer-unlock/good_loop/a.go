// A loop unlocks in each round, or takes all locks for what comes behind it.
package loop

import "sync"

type queue struct {
	mu    sync.Mutex
	tasks []func()
}

func (q *queue) run() {
	for q.step() {
	}
}

func (q *queue) step() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return false
	}
	q.tasks = q.tasks[1:]
	return true
}

type shard struct {
	mu   sync.Mutex
	size int
}

func total(shards []*shard, seen func(int)) (n int) {
	for _, shard := range shards {
		func() {
			shard.mu.Lock()
			defer shard.mu.Unlock()
			seen(shard.size)
			n += shard.size
		}()
	}
	return n
}

func all(shards []*shard) (n int) {
	for _, shard := range shards {
		shard.mu.Lock()
		defer shard.mu.Unlock()
	}
	for _, shard := range shards {
		n += shard.size
	}
	return n
}

func first(shards []*shard) int {
	for _, shard := range shards {
		if shard != nil {
			shard.mu.Lock()
			defer shard.mu.Unlock()
			return shard.size
		}
	}
	return 0
}

// Locked in one round at most.
func once(q *queue, work []func()) {
	locked := false
	for _, f := range work {
		if !locked {
			q.mu.Lock()
			defer q.mu.Unlock()
			locked = true
		}
		f()
	}
}
