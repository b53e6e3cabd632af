package inconsistent

/*
typedef struct { int a; int b; } record;
typedef long number;
typedef long inner;
struct same { float a; };
struct longer { int a; int b; };
struct holder { inner *member; };
struct complete;
struct aligned { double a; };
union joint { long a; };
enum color { RED, GREEN };
typedef enum { SMALL, LARGE } size;
typedef char *pointer;
typedef int (*callback)(long);
typedef struct unknown { int known; } unknown;
#define LITERAL 2
#define TEXT "second"
#define LETTER 'b'
#define RATIO 2.5
#define PARENTHESES 1
#define SUM (2)
#define SPACES ( 1 + 1 )
#define EQUAL (2)
#define TYPE long
#define EXPRESSION (variable)
static int FUNCTION(void) { return 0; }
enum { ENUMERATOR = 2, SAME = 1 };
static long variable;
static int sign;
static int *target;
static int many[4];
static struct { int a; } anonymous;
static int wider(long x) { return x; }
static int as_wide(unsigned x) { return x; }
static int more(int x, int y) { return x; }
static int elsewhere(char *x) { return *x; }
static int result(void) { return 0; }
static unsigned long sign_of_result(void) { return 0; }
static void no_result(unsigned x) {}
static void pointed(int *x) {}
static long unused(void) { return 0; }
*/
import "C"

type more struct {
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

func second() {
	_ = []any{C.LITERAL, C.TEXT, C.LETTER, C.RATIO, C.PARENTHESES, C.SUM, C.SPACES, C.EQUAL}
	_ = []any{C.EXPRESSION, C.ENUMERATOR, C.SAME}
	_ = []any{C.variable, C.sign, C.target, C.many, C.anonymous}
	C.FUNCTION()
	C.wider(1)
	C.as_wide(1)
	C.more(1, 2)
	C.elsewhere(nil)
	C.result()
	C.sign_of_result()
	C.no_result(1)
	C.pointed(nil)
}
