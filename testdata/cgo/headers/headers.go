// Package headers includes texts of its own, found by flags and by place.
package headers

// #cgo CFLAGS: -I${SRCDIR}/include -DWITH_EXTRAS=2 -DNAME="quoted\ name"
// #cgo linux CFLAGS: -DON_LINUX
// #cgo windows CFLAGS: -DON_WINDOWS
// #include <outer.h>
// #include "include/outer.h"
// #include <own.h>
//
// #if defined(ON_LINUX) && !defined ON_WINDOWS
// typedef int platform;
// #else
// typedef char *platform;
// #endif
//
// #ifdef __linux__
// #define SYSTEM "linux"
// #elif defined(_WIN32)
// #define SYSTEM "windows"
// #endif
//
// #if WITH_EXTRAS > 1 && VERSION_MAJOR * 100 + VERSION_MINOR >= 102
// int extra(platform p, inner i);
// #endif
import "C"

// System is from a macro.
const System = C.SYSTEM

// Use calls what the headers declare.
func Use(p C.platform, i C.inner) C.int {
	return C.extra(p, i) + C.outer(&i, C.WITH_EXTRAS) + C.own()
}
