// What the runtime calls, and when.
package main

import (
	"context"
	"runtime"
	"strings"
	"time"
)

func reveal(any) {}

type key struct{}

func main() {
	x := new(int)
	runtime.SetFinalizer(x, func(p *int) {
		reveal(p) // points to new:16
	})
	y := new(int8)
	runtime.AddCleanup(x, func(p *int8) {
		reveal(p) // points to new:20
	}, y)
	z := new(int16)
	time.AfterFunc(time.Second, func() {
		reveal(z) // points to new:24
	})
	ctx := context.WithValue(context.Background(), key{}, x)
	reveal(ctx.Value(key{}).(*int)) // points to new:16
	context.AfterFunc(ctx, func() {
		reveal(y) // points to new:20
	})
	var builder strings.Builder
	keep := &builder
	keep.WriteString("text")
	reveal(keep) // points to variable:33
}
