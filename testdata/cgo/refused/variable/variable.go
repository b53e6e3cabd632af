// Package variable needs a type that Go does not have.
package variable

/*
static long double variable;
*/
import "C"

var place = &C.variable
