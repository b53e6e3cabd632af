// Types that have no methods of yours.
package p

import "time"

type T struct{}
type P *int
type I interface{}

func (int) a()            {}
func (*string) b()        {}
func (time.Time) c()      {}
func (**T) d()            {}
func (P) e()              {}
func (*P) f()             {}
func (I) g()              {}
func (*I) h()             {}
func ([]T) i()            {}
func (struct{}) j()       {}
func (undefined) k()      {}
func (undefined[P]) l()   {}
func (error) m()          {}
func (T[P]) n()           {}

type G[P any] struct{}

func (G) o()         {}
func (G[P, Q]) p()   {}
func (G[int]) q()    {}
func (*G[_]) r()     {}
func (G[*P]) s()     {}

type A = G[int]

func (A) t() {}

type B = time.Duration

func (B) u() {}
