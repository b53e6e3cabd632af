// Package stored keeps cancel functions where nobody takes them from.
package stored

import (
	"context"
	"time"
)

type server struct {
	ctx    context.Context
	cancel context.CancelFunc
	name   string
}

func newServer(name string) *server {
	ctx, cancel := context.WithCancel(context.Background()) // want `lost-cancel: nobody takes`
	return &server{ctx: ctx, cancel: cancel, name: name}
}

func (s *server) isStopped() bool { return s.cancel == nil || s.ctx.Err() != nil }

type job struct {
	stop func()
}

func (j *job) begin(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // want `lost-cancel: nobody takes`
	j.stop = func() { cancel() }
	return ctx
}

var stopAll context.CancelFunc

func start(ctx context.Context) context.Context {
	ctx, stopAll = context.WithCancel(ctx) // want `lost-cancel: nobody takes`
	return ctx
}

type pair struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func both(ctx context.Context) pair {
	ctx, cancel := context.WithCancel(ctx) // want `lost-cancel: nobody takes`
	return pair{ctx, cancel}
}

func run(ctx context.Context) error {
	p := both(ctx)
	return p.ctx.Err()
}
