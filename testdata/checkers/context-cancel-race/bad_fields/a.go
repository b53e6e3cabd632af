// Package fields replaces contexts in structs.
package fields

import "context"

type worker struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func (w *worker) step() bool { return w.ctx.Err() == nil }

func (w *worker) restart(ctx context.Context) {
	w.ctx, w.cancel = context.WithCancel(ctx) // want `context-cancel-race: the context` `context-cancel-race: the cancel function`
}

func run(ctx context.Context) {
	var w worker
	w.ctx, w.cancel = context.WithCancel(ctx)
	go func() {
		for w.step() {
		}
		w.cancel()
	}()
	w.restart(ctx)
}
