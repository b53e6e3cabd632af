// Declarations that are wrong.
package p

import "unsafe"

type T struct{ T } // ERROR "invalid recursive type: T refers to itself"

type A = B // ERROR "invalid recursive type"
type B = A

type I interface {
	m()
	m() // ERROR "duplicate method m"
}

const c = c + 1 // ERROR "initialization cycle: c refers to itself"

const big int8 = 200 // ERROR "cannot use 200 .untyped int constant. as int8 value in constant declaration .overflows."

var x, y = y, x // ERROR "initialization cycle"

func f(a, a int) {} // ERROR "a redeclared in this block"

func f() {} // ERROR "f redeclared in this block"

func (int) m() {} // ERROR "cannot define new methods on non-local type int"

type M map[[]int]string // ERROR "invalid map key type"

type S struct {
	f int
	f string // ERROR "f redeclared"
	g int
}

func (S) g() {} // ERROR "field and method with the same name g"

func (S) h() {}
func (S) h() {} // ERROR "method S.h already declared"

func init() int { return 0 } // ERROR "func init must have no arguments and no return values"

type G[P any] struct{ p P }

var _ G         // ERROR "cannot use generic type G.P any. without instantiation"
var _ G[int, int] // ERROR "too many type arguments for type G: have 2, want 1"

func num[P ~int](p P) {}

var _ = func() { num("x") } // ERROR "string does not satisfy ~int .string missing in ~int."

func (g G[P]) conv() {
	_ = int(g.p) // ERROR "cannot convert"
	_ = g.p + g.p // ERROR "operator . not defined on g.p"
}

var iota2 = iota // ERROR "cannot use iota outside constant declaration"

func (S) size() [unsafe.Sizeof(S.size)]int { // ERROR "invalid cycle in declaration: size refers to itself"
	panic(0)
}
