// Package functions calls C and uses its variables.
package functions

/*
#include <stddef.h>

typedef struct { int a, b; } two;
typedef struct hidden *hidden_ptr;
typedef void nothing;
typedef int row[3];
typedef int (*callback)(void *, int);

static int add(int a, int b) { return a + b; }
static inline void ignore(void) { if (1) { "}"; } }
unsigned long long sum(const int *values, size_t n);
char **names(int *count);
two swap(two t);
void take(row r, int grid[][3], char text[static 4]);
int apply(callback f, int g(int), void *data);
void (*handler(int signal))(int);
hidden_ptr open_hidden(const char *path, hidden_ptr parent);
nothing returns_nothing(nothing);
int no_prototype();
const char *const constant(volatile int *p, int *restrict q);
static int subtract(int a, int b) { return a - b; }
_Bool is_even(unsigned char c);
float scale(float f, double d);
enum mode { READ, WRITE } set_mode(enum mode m);
int variadic(const char *format, ...);

int counter;
int table[5];
char greeting[] = "hello";
int primes[] = { 2, 3, 5, [6] = 17 };
two pairs[2] = { { 1, 2 }, { 3, 4 } };
extern const char *const words[];
int (*current)(int, int) = add;
struct { int x; } unnamed;

#cgo noescape add
#cgo nocallback add
*/
import "C"
import "unsafe"

// Calls uses all functions that Go can call.
func Calls() error {
	n := C.add(1, 2)
	C.ignore()
	total, err := C.sum((*C.int)(unsafe.Pointer(&n)), C.size_t(n))
	if err != nil {
		return err
	}
	_ = total + 1
	all := C.names(&n)
	_ = *all
	t := C.swap(C.two{a: 1})
	_ = t.a + t.b
	C.take(&C.table[0], nil, nil)
	C.apply(C.current, nil, unsafe.Pointer(&n))
	f := C.handler(3)
	_ = f
	h := C.open_hidden(nil, nil)
	_ = C.open_hidden(nil, h)
	C.returns_nothing()
	_, err = C.returns_nothing()
	C.no_prototype()
	_ = *C.constant(nil, nil)
	if C.is_even('a') {
		C.set_mode(C.WRITE)
	}
	_ = C.scale(1, 2)
	s := C.CString("text")
	_ = C.GoString(s) + C.GoStringN(s, 2)
	_ = C.GoBytes(unsafe.Pointer(s), 3)
	_ = C.CBytes([]byte{1})
	C.counter++
	C.table[2] = C.int(len(C.table))
	C.pairs[1].b = C.primes[6]
	_ = C.greeting[0]
	C.unnamed.x = 1
	address := C.subtract
	_ = C.callback(address)
	return err
}
