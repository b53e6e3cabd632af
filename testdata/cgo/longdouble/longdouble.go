// Package longdouble has values of type long double where cgo does not have to translate them.
package longdouble

/*
#define CAST ((double)1.5L)

struct whole { char a; long double b; char c; };
union either { long double a; int b; };
struct holder { char tag; union either u; union { long double x; char y; } v; };
struct calls { int (*take)(long double); long double (*give)(void); };
struct opaque;
static long double unused(long double x) { return x; }
static int by_pointer(void *whole) { return 0; }
static struct opaque *open(void) { return 0; }
*/
import "C"

var (
	either C.union_either
	holder C.struct_holder
	calls  C.struct_calls
	opened = C.open()
	sizes  = [...]int{C.sizeof_struct_whole, C.sizeof_union_either, C.sizeof_struct_holder}
)

func use() (C.int, float64) { return C.by_pointer(nil), C.CAST }
