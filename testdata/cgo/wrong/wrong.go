// Package wrong has errors in Go code that uses C.
package wrong

/*
typedef struct { int a; } record;
typedef int number;
int f(int n, char *text);
void g(record *r);
enum color { RED, GREEN };
#define TEXT "text"
*/
import "C"

func wrong(s string, n int) {
	C.f(s, nil)
	C.f(n, nil)
	C.f(1, s)
	C.f(1)
	C.f(1, nil, 2)
	var r C.record
	r.b = 1
	r.a = n
	C.g(r)
	_ = C.f(1, nil) + n
	var x C.number = C.int(1)
	var i int = C.RED + C.TEXT
	var e C.enum_color = "red"
	a, b, c := C.f(1, nil)
	_, _, _, _, _, _, _ = x, i, e, a, b, c, C.record{1, 2}
}
