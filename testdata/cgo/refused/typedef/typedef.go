// Package typedef needs a type that Go does not have.
package typedef

/*
typedef long double extended;
struct holder { union { extended x; int y; } u; };
*/
import "C"

var holder C.struct_holder
