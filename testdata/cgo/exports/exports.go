// Package exports is called by C.
package exports

/*
typedef int (*visitor)(void *, int);
extern int goVisit(void *, int);
extern void goDone(char *text);
static int visit_all(visitor v, void *data) { return v(data, 1); }
static visitor the_visitor(void) { return goVisit; }
*/
import "C"
import "unsafe"

//export goVisit
func goVisit(data unsafe.Pointer, n C.int) C.int {
	return n + C.int(uintptr(data))
}

//export goDone
func goDone(text *C.char) {
	_ = C.GoString(text)
}

// Run passes an exported function to C.
func Run() int {
	return int(C.visit_all(C.visitor(C.goVisit), nil) + C.visit_all(C.the_visitor(), nil))
}
