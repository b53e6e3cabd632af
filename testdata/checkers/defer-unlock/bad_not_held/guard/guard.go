// Package guard has helpers that lock and unlock.
package guard

import "sync"

type Guard struct{ mu sync.Mutex }

func (g *Guard) Enter() { g.mu.Lock() }
func (g *Guard) Leave() { g.mu.Unlock() }
