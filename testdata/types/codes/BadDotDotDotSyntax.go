// Dots stand before the last parameter's type.
package p

func a(x ...int, y string)      {}
func b(...int, ...string)       {}
func c() (x ...int)             { return }
func d(x, y ...int)             {}

var e func(...int, string)
