// Built-in functions are called.
package p

var a = len
var b = []any{append, make}

func f() {
	len
	x := print
	g(new)
	_ = x
	defer recover
	if panic == nil {
	}
}

func g(any) {}
