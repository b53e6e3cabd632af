// Package undeclared uses names that C does not have.
package undeclared

// #include "undeclared.h"
// int f(void);
import "C"

var declared = C.f() + C.g()

func wrong() C.missing {
	return C.NOTHING + C.int(C.sizeof_missing)
}
