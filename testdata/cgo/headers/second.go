package headers

// #include <outer.h>
// #define SYSTEM "second"
// static window create(inner i) { return 0; }
import "C"

// Second sees another preamble: its macro is another one.
var Second = C.SYSTEM

// Create shares types with the first file.
func Create(i C.inner) C.window {
	Use(0, i)
	return C.create(i)
}
