// Package inconsistent has two files whose preambles disagree.
package inconsistent

/*
typedef struct { int a; } record;
typedef int number;
typedef int inner;
struct same { int a; };
struct longer { int a; };
struct holder { inner *member; };
struct complete { int a; };
struct aligned { int a, b; };
union joint { int a; };
enum color { RED };
typedef enum { SMALL } size;
typedef int *pointer;
typedef void (*callback)(int);
typedef struct unknown unknown;
#define LITERAL 1
#define TEXT "first"
#define LETTER 'a'
#define RATIO 1.5
#define PARENTHESES (1)
#define SUM (1 + 1)
#define SPACES (1 + 1)
#define EQUAL (2)
#define TYPE int
#define EXPRESSION (variable)
#define FUNCTION 1
enum { ENUMERATOR = 1, SAME = 1 };
static int variable;
static unsigned sign;
static unsigned *target;
static int many[3];
static struct { int a; } anonymous;
static int wider(int x) { return x; }
static int as_wide(int x) { return x; }
static int more(int x) { return x; }
static int elsewhere(int *x) { return *x; }
static void result(void) {}
static long sign_of_result(void) { return 0; }
static void no_result(int x) {}
static void pointed(int *x) {}
static int unused(void) { return 0; }
*/
import "C"

type types struct {
	a C.record
	b C.number
	c C.struct_same
	d C.struct_longer
	e *C.struct_holder
	f *C.struct_complete
	g C.struct_aligned
	h C.union_joint
	i C.enum_color
	j C.size
	k C.pointer
	l C.callback
	m *C.unknown
	n C.TYPE
}

func first() {
	_ = []any{C.LITERAL, C.TEXT, C.LETTER, C.RATIO, C.PARENTHESES, C.SUM, C.SPACES, C.EQUAL}
	_ = []any{C.EXPRESSION, C.FUNCTION, C.ENUMERATOR, C.SAME}
	_ = []any{C.variable, C.sign, C.target, C.many, C.anonymous}
	C.wider(1)
	C.as_wide(1)
	C.more(1)
	C.elsewhere(nil)
	C.result()
	C.sign_of_result()
	C.no_result(1)
	C.pointed(nil)
	C.unused()
}
