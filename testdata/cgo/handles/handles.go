// Package handles has pointers of C that are none to Go's collector.
package handles

/*
struct _jobject;
typedef struct _jobject *jobject;
typedef jobject jclass;
typedef jobject jarray;
typedef jarray jbyteArray;
typedef void *EGLDisplay;
typedef void *EGLConfig;
typedef void *other;

jclass find(jobject env, jbyteArray bytes);
int start(EGLDisplay d, EGLConfig *c, other o);
struct holder { jobject o; EGLDisplay d; other p; };
*/
import "C"

// Find passes handles as numbers.
func Find() bool {
	class := C.find(0, 0)
	var holder C.struct_holder
	holder.o = C.jobject(class)
	var config C.EGLConfig
	C.start(holder.d, &config, holder.p)
	return class == 0
}
