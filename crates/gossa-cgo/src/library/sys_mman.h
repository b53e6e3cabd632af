#include <sys/types.h>
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 16
#ifdef __linux__
#define MAP_ANONYMOUS 32
#define MAP_ANON 32
#endif
#define MAP_FAILED ((void *)-1)
void *mmap(void *p, size_t n, int protection, int flags, int fd, __off_t offset);
int munmap(void *p, size_t n);
int mprotect(void *p, size_t n, int protection);
int mlock(const void *p, size_t n);
int munlock(const void *p, size_t n);
int madvise(void *p, size_t n, int advice);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
