// Package basics uses types of C: arithmetic ones, typedefs, structs, unions, enumerations.
package basics

/*
#include <stdbool.h>
#include <stdint.h>

typedef int number;
typedef number other_number;
typedef unsigned char digest[4];
typedef void *handle;
typedef int (*comparison)(const void *, const void *);
typedef void nothing;

struct point { int x, y; };
typedef struct point point_t;
typedef struct { double re, im; } pair;
typedef struct list { struct list *next; pair *value; } list, *list_ptr;

union word { uint32_t whole; uint8_t bytes[4]; };
typedef union { int i; double d; } either;

enum color { RED, GREEN = 5, BLUE };
typedef enum { COLD = -1, WARM } weather;
enum wide { NARROW, HUGE = 0x100000000 };

// Members whose names are keywords of Go.
struct keywords { int type; int _type; int func, range; };

struct unknown;
typedef struct unknown unknown;
union mystery;

struct nested {
	struct { int a; char b; } inner;
	union { int i; float f; } either;
	enum { OFF, ON } mode;
	struct point corners[2];
	unknown *opaque;
	union mystery *mystery;
};
*/
import "C"

var (
	C1 C.char          = 1
	C2 C.schar         = -2
	C3 C.uchar         = 3
	C4 C.short         = 4
	C5 C.ushort        = 5
	C6 C.int           = 6
	C7 C.uint          = 7
	C8 C.long          = 8
	C9 C.ulong         = 9
	D1 C.longlong      = 10
	D2 C.ulonglong     = 11
	D3 C.float         = 1.5
	D4 C.double        = 2.5
	D5 C.size_t        = 12
	D6 C.complexfloat  = 1i
	D7 C.complexdouble = 2i
	D8 C.bool          = true
	D9 C.uintptr_t     = 13
	E1 C.int8_t        = 14
	E2 C.uint64_t      = 15
	E3 C._Bool         = false
)

var (
	n  C.number       = 1
	o  C.other_number = n
	d  C.digest
	h  C.handle
	c  C.comparison
	p  C.struct_point = C.point_t{x: 1, y: 2}
	pr C.pair
	l  C.list_ptr = &C.list{value: &pr}
	w  C.union_word
	ei C.either
	co C.enum_color = C.GREEN
	we C.weather    = C.COLD
	wi C.enum_wide  = C.HUGE
	kw C.struct_keywords
	ne C.struct_nested
	un *C.unknown
)

// Use reads members of all kinds.
func Use() int {
	first := kw._type + kw.__type + kw._func + kw._range
	size := C.sizeof_struct_nested + C.sizeof_int + C.sizeof_either
	_ = w[:]
	_ = ei[0]
	_ = ne.inner.a
	_ = ne.corners[1].y
	_ = ne.either[0]
	_ = ne.mode
	un = ne.opaque
	_ = ne.mystery
	if we == C.WARM || co == C.BLUE || wi > C.NARROW {
		return int(first) + int(size)
	}
	return int(l.next.value.re) + len(d) + C.ON
}
