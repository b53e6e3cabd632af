// Package merged has two files whose preambles differ where cgo does not mind: it declares each
// name once for both.
package merged

/*
#include <unistd.h>

#define NUMBER 1
#define PARENTHESES (1)
#define TEXT "first"
#define LETTER 'a'
#define CODE 'a'
static int as_wide(int x) { return x; }
static long sign_of_result(void) { return 0; }
static int *elsewhere(char *x) { return 0; }
typedef int *pointer;
typedef struct record record;
static void take(record *r) {}
*/
import "C"

const FirstNumber = C.NUMBER + C.PARENTHESES + C.LETTER + C.CODE

const FirstText = C.TEXT

var firstResults = []any{C.as_wide(1), C.sign_of_result(), C.elsewhere(nil), C.usleep(1)}

func first(p C.pointer, r *C.record) { C.take(r) }
