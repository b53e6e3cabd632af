// Package member needs a type that Go does not have.
package member

/*
struct whole { char a; long double b; };
struct holder { struct whole *inside[2]; };
*/
import "C"

var holder C.struct_holder
