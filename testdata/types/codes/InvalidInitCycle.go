// Variables that need each other to be initialised.
package p

var a = b
var b = f()

func f() int { return c }

var c = a + 1

var d, e = e, d

var self = self

var viaMethod = T{}.m()

type T struct{}

func (T) m() int { return viaMethod }

var literal = func() int { return literal2 }()
var literal2 = literal
