#define RTLD_LAZY 1
#define RTLD_NOW 2
#ifdef __linux__
#define RTLD_GLOBAL 256
#define RTLD_LOCAL 0
#define RTLD_NODELETE 4096
#define RTLD_NOLOAD 4
#define RTLD_DEFAULT ((void *)0)
#define RTLD_NEXT ((void *)-1L)
#elif defined(__APPLE__)
#define RTLD_LOCAL 4
#define RTLD_GLOBAL 8
#endif
void *dlopen(const char *path, int flags);
void *dlsym(void *handle, const char *name);
int dlclose(void *handle);
char *dlerror(void);
