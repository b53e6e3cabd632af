// Package fields replaces contexts in structs when nobody uses them.
package fields

import "context"

type worker struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

func (w *worker) step() bool { return w.ctx.Err() == nil }

func (w *worker) restart(ctx context.Context) {
	w.ctx, w.cancel = context.WithCancel(ctx)
}

func run(ctx context.Context) {
	var w worker
	w.done = make(chan struct{})
	w.ctx, w.cancel = context.WithCancel(ctx)
	go func() {
		defer close(w.done)
		for w.step() {
		}
	}()
	w.cancel()
	<-w.done
	w.restart(ctx)
	w.cancel()
}
