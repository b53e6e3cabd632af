// Package library uses the C library, whose headers are not read.
package library

/*
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
*/
import "C"
import "unsafe"

// Use calls functions of the table.
func Use() error {
	p := C.malloc(C.size_t(8))
	defer C.free(p)
	q := (*C.char)(C.calloc(2, 4))
	C.memset(unsafe.Pointer(q), 0, 8)
	C.strncpy(q, (*C.char)(p), 4)
	if C.strlen(q) > 3 || C.getpid() == C.pid_t(C.getuid()) {
		return nil
	}
	_, err := C.sqrt(C.double(-1))
	if err == nil && C.EINVAL != 22 {
		C.fflush(C.stdout)
	}
	var t C.time_t = C.time(nil)
	_ = C.difftime(t, t)
	C.puts(q)
	return err
}
