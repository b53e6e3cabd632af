// Package result needs a type that Go does not have.
package result

/*
long double parse(const char *text);
*/
import "C"

var x = C.parse(nil)
