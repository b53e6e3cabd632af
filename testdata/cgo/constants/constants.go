// Package constants uses macros and enumerators.
package constants

/*
#define ONE 1
#define NEGATIVE -12
#define MASK (0xF0 | 1 << 2)
#define ALIAS MASK
#define BIG 0xFFFFFFFFFFFFFFFFULL
#define OCTAL 0755
#define BINARY 0b101
#define SUFFIXED 10UL
#define WRAPPED (unsigned char)300
#define CAST ((unsigned int)-1)
#define SIZE sizeof(struct record)
#define CHOICE (ONE ? MASK : 0)
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define LARGEST LARGER(MASK, LARGER(ONE, 7))
#define GLUED(a, b) a##b
#define FORTY GLUED(4, 0)
#define TEXT "one" " " "two"
#define NAME(x) #x
#define NAMED NAME(some name)
#define ESCAPED "tab\tquote\"end\101"
#define LETTER 'A'
#define NEWLINE '\n'
#define PI 3.14159
#define HALF 0.5f
#define PRODUCT (PI * 2)
#define TINY 1e-9
#define NOT !0
#define COMPLEMENT ~0x0FU
#define DIVIDED (100 / 7 % 5)
#define COMPARED (3 > 2)
#define SELF SELF
#define ADDRESS (&table[1])
#define CURRENT table[0]
#define THE_TYPE unsigned long

struct record { int number; char name[8]; };
int table[4] = { 1, 2 };
int SELF = 3;
const double ratio = 0.25;
const char letter = 'q';
const int limit = 9;
static const unsigned char small = 7;

enum { FIRST = ONE, SECOND, LAST = SECOND + 10, NEXT };
enum sizes { SMALL = sizeof(int), OF_RECORD = sizeof(struct record), MINUS = -3 };
typedef enum { FLAG_A = 1 << 0, FLAG_B = 1 << 1, FLAG_ALL = FLAG_A | FLAG_B } flags;
*/
import "C"

var (
	one                         = C.ONE
	negative                    = C.NEGATIVE
	mask                        = C.MASK
	alias                       = C.ALIAS
	big                  uint64 = C.BIG
	octal, binary               = C.OCTAL, C.BINARY
	suffixed             uint   = C.SUFFIXED
	wrapped                     = C.WRAPPED
	cast                 uint32 = C.CAST
	size                        = C.SIZE
	choice, largest             = C.CHOICE, C.LARGEST
	forty                       = C.FORTY
	text, named, escaped        = C.TEXT, C.NAMED, C.ESCAPED
	letter, newline             = C.LETTER, C.NEWLINE
	pi, half                    = C.PI, C.HALF
	product, tiny               = C.PRODUCT, C.TINY
	not                         = C.NOT
	complement           uint32 = C.COMPLEMENT
	divided, compared           = C.DIVIDED, C.COMPARED
	self                        = C.SELF
	address                     = C.ADDRESS
	current                     = C.CURRENT
	typed                C.THE_TYPE
	ratio                        = C.ratio
	small, character             = C.small, C.letter
	limit                        = C.limit
	first, second                = C.FIRST, C.SECOND
	last, next                   = C.LAST, C.NEXT
	sizes                        = C.SMALL + C.OF_RECORD + C.MINUS
	flags                C.flags = C.FLAG_ALL
)

var array [C.MASK]int
