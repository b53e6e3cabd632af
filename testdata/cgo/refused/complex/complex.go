// Package complex needs a type that Go does not have.
package complex

/*
struct pair { _Complex long double z; };
*/
import "C"

var pair *C.struct_pair
