// Package stored keeps cancel functions where somebody takes them from.
package stored

import (
	"context"
	"sync"
	"time"
)

type server struct {
	ctx    context.Context
	cancel context.CancelFunc
	name   string
}

func newServer(name string) *server {
	ctx, cancel := context.WithCancel(context.Background())
	return &server{ctx: ctx, cancel: cancel, name: name}
}

func (s *server) Close() { s.cancel() }

type job struct {
	stop func()
}

func (j *job) begin(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	j.stop = func() { cancel() }
	return ctx
}

func (j *job) end() {
	if stop := j.stop; stop != nil {
		stop()
	}
}

var stopAll context.CancelFunc

func start(ctx context.Context) context.Context {
	ctx, stopAll = context.WithCancel(ctx)
	return ctx
}

func stop() { stopAll() }

type pair struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func both(ctx context.Context) pair {
	ctx, cancel := context.WithCancel(ctx)
	return pair{ctx, cancel}
}

func run(ctx context.Context) error {
	p := both(ctx)
	defer p.cancel()
	return p.ctx.Err()
}

// Options are filled in and used elsewhere.
type Options struct {
	Cancel context.CancelFunc
}

func fill(ctx context.Context, o *Options) context.Context {
	ctx, o.Cancel = context.WithCancel(ctx)
	return ctx
}

var (
	mu      sync.Mutex
	running = map[string]context.CancelFunc{}
)

func register(ctx context.Context, id string) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	mu.Lock()
	defer mu.Unlock()
	running[id] = cancel
	return ctx
}

func kill(id string) {
	mu.Lock()
	defer mu.Unlock()
	running[id]()
}
