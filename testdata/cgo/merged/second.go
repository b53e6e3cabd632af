package merged

/*
#define NUMBER 2
#define PARENTHESES 2
#define TEXT "second"
#define LETTER 'b'
#define CODE 98
static int as_wide(unsigned x) { return x; }
static unsigned long sign_of_result(void) { return 0; }
static char *elsewhere(int *x) { return 0; }
typedef int *pointer;
typedef struct record { int known; } record;
static void take(record *r) {}
int usleep(unsigned time);
*/
import "C"

const SecondNumber = C.NUMBER + C.PARENTHESES + C.LETTER + C.CODE

const SecondText = C.TEXT

var secondResults = []any{C.as_wide(1), C.sign_of_result(), C.elsewhere(nil), C.usleep(1)}

func second(p C.pointer, r *C.record) { C.take(r) }
