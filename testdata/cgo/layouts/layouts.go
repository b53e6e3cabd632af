// Package layouts has structs whose members stand where C puts them.
package layouts

/*
struct mixed { char a; double b; char c; short d; };
struct packed { char a; int b; double c; } __attribute__((packed));
struct __attribute__((packed)) packed_first { char a; short b; };
struct aligned { char a; int b __attribute__((aligned(16))); char c; };
struct over { char a; } __attribute__((aligned(8)));
struct alignas { _Alignas(8) char a; char b; };

#pragma pack(push, 2)
struct pack2 { char a; int b; long long c; };
#pragma pack(pop)
struct unpacked { char a; int b; };

struct bits { unsigned a : 3; unsigned b : 5; int c; unsigned d : 30; unsigned e : 4; char f; };
struct gap { char a; int : 4; unsigned : 0; char b; };
struct bits_only { unsigned a : 1; };
struct long_bits { long long a : 40; int b : 20; char c; };

struct flexible { int n; char rest[]; };
struct zero { char *p; char rest[0]; };
struct empty { };
struct with_empty { int a; struct empty e; };

struct anonymous { int a; union { int i; double d; }; struct { char x; short y; }; };
struct arrays { char text[3]; short grid[2][3]; void *pointers[2]; int (*functions[2])(void); };
struct wide { long long a; char b; long c; char d; double e; };
struct complex { char a; float _Complex f; double _Complex d; };
struct enums { enum { A, B } small; enum { C = 1LL << 40 } large; char c; };
struct bools { _Bool a; _Bool b : 1; _Bool c; };

union mixed_union { char a; double b; int c[5]; };
union packed_union { char a; int b; } __attribute__((packed));
struct holds_union { char a; union mixed_union u; char b; };

typedef struct { char a; struct packed inner; } outer;
typedef int aligned_int __attribute__((aligned(8)));
struct uses_aligned { char a; aligned_int b; };
*/
import "C"

var (
	mixed       C.struct_mixed
	packed      C.struct_packed
	packedFirst C.struct_packed_first
	aligned     C.struct_aligned
	over        C.struct_over
	alignas     C.struct_alignas
	pack2       C.struct_pack2
	unpacked    C.struct_unpacked
	bits        C.struct_bits
	gap         C.struct_gap
	bitsOnly    C.struct_bits_only
	longBits    C.struct_long_bits
	flexible    C.struct_flexible
	zero        C.struct_zero
	empty       C.struct_empty
	withEmpty   C.struct_with_empty
	anonymous   C.struct_anonymous
	arrays      C.struct_arrays
	wide        C.struct_wide
	complexes   C.struct_complex
	enums       C.struct_enums
	bools       C.struct_bools
	mixedUnion  C.union_mixed_union
	packedUnion C.union_packed_union
	holdsUnion  C.struct_holds_union
	outer       C.outer
	usesAligned C.struct_uses_aligned
)

var sizes = [...]int{
	C.sizeof_struct_mixed, C.sizeof_struct_packed, C.sizeof_struct_aligned, C.sizeof_struct_over,
	C.sizeof_struct_alignas, C.sizeof_struct_pack2, C.sizeof_struct_bits, C.sizeof_struct_gap,
	C.sizeof_struct_bits_only, C.sizeof_struct_long_bits, C.sizeof_struct_flexible,
	C.sizeof_struct_empty, C.sizeof_struct_with_empty, C.sizeof_struct_anonymous,
	C.sizeof_struct_arrays, C.sizeof_struct_wide, C.sizeof_struct_complex,
	C.sizeof_struct_enums, C.sizeof_struct_bools, C.sizeof_union_mixed_union,
	C.sizeof_union_packed_union, C.sizeof_struct_holds_union, C.sizeof_outer,
	C.sizeof_struct_uses_aligned, C.sizeof_aligned_int,
}
