// Package pointer needs a type that Go does not have.
package pointer

/*
static int length(long double *x) { return 0; }
*/
import "C"

func use() { C.length(nil) }
