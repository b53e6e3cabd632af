// Package constant needs a type that Go does not have.
package constant

/*
#define LONG 1.5L
*/
import "C"

const long = C.LONG
