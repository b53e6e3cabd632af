// An address that C hands back to a callback as an integer.
package bad

/*
#include <stdint.h>
extern void visit(uintptr_t);
static void each(int n, uintptr_t data) { while (n-- > 0) visit(data); }
*/
import "C"

import "unsafe"

type tally struct{ count int }

//export visit
func visit(data C.uintptr_t) {
	t := (*tally)(unsafe.Pointer(uintptr(data))) // want `unsafe-uintptr: made from .t. in .count.`
	t.count++
}

func count(n int) int {
	t := &tally{}
	C.each(C.int(n), C.uintptr_t(uintptr(unsafe.Pointer(t))))
	return n
}

// Use lets the functions run.
func Use() int { return count(3) }
