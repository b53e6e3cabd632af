// As many values as results.
package p

func a() int            { return }
func b() int            { return 1, 2 }
func c() (int, string)  { return 1 }
func d() (int, string)  { return 1, "a", 3 }
func e()                { return 1 }
func f() (x, y int)     { return 1 }
func g() (int, string)  { return g() }
func h() (int, int)     { return g() }
func i() int            { return g() }
func j()                { return g() }
func k() (x int, y int) { return }
func l() (int, int)     { return e() }
func m() error          { return nil, nil }

var _ = func() int { return }
var _ = func() { return 1, "a" }
