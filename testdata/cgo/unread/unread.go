// Package unread uses names of a header that is not there, in ways that fit together.
package unread

/*
#include <gossa/unread.h>

// Declared here, of a type that is declared there.
int next(handle_t *handle);
*/
import "C"

type pointer *C.struct_handle

type owner struct {
	handle pointer
	keys   []C.number
}

func use(numbers []uint32) int {
	// A typedef of the struct, for all that is known.
	opened := C.open_handle()
	var handle *C.handle_t = opened
	o := owner{handle: handle}
	C.next(o.handle)
	C.fill((*C.number)(&numbers[0]), (**C.number)(nil))
	o.keys = append(o.keys, C.number(1))
	if C.KEY_t == 1 {
		return int(C.KEY_t)
	}
	_ = C.handle(nil)
	return len(o.keys)
}
