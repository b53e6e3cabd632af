package p

var a = b + 1
var b = f()
var c, d = g()
var _ = f()
var fn = func() int { return a }

func f() int { return 2 }
func g() (int, any) { return 1, 2 }

func init() { a++ }
func init() { c++ }
